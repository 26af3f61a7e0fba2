package dev.varve.cli;

import dev.varve.node.Version;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code varve version}. */
@Command(
    name = "version",
    description = "Print the versions of this program, of Java and of the stores.",
    footer = {"", "Example:", "  varve version --json"})
final class VersionCommand implements Callable<Integer> {
  @SuppressWarnings("UnusedVariable") // picocli fills it.
  @CommandLine.Mixin
  private CommonOptions common;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  private final Environment environment;

  VersionCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() {
    Properties stores = stores();
    String java = Runtime.version().toString();
    String rocksDb = stores.getProperty("rocksdb");
    String levelDb = stores.getProperty("leveldb");
    String chronicleMap = stores.getProperty("chronicle-map");
    Console console = environment.console();
    if (json) {
      console.line(
          Json.of()
              .put("varve", Version.current())
              .put("java", java)
              .put("rocksdb", rocksDb)
              .put("leveldb", levelDb)
              .put("chronicle_map", chronicleMap)
              .toString());
    } else {
      console.line("varve " + Version.current() + ", Java " + java);
      console.line(
          "stores: RocksDB "
              + rocksDb
              + ", LevelDB "
              + levelDb
              + ", Chronicle Map "
              + chronicleMap);
    }
    return 0;
  }

  /** What the build put in. */
  private static Properties stores() {
    try (InputStream file = VersionCommand.class.getResourceAsStream("stores.properties")) {
      Properties properties = new Properties();
      properties.load(Objects.requireNonNull(file, "stores.properties"));
      return properties;
    } catch (IOException e) {
      throw CliException.failed("cannot read stores.properties of the jar: " + e.getMessage(), e);
    }
  }
}
