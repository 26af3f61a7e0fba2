package dev.varve.cli;

import dev.varve.node.Version;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code varve version}. */
@Command(
    name = "version",
    description = "Print the version of this program and of Java.",
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
    String java = Runtime.version().toString();
    environment
        .console()
        .line(
            json
                ? Json.of().put("varve", Version.current()).put("java", java).toString()
                : "varve " + Version.current() + ", Java " + java);
    return 0;
  }
}
