package dev.varve.cli;

import dev.varve.node.NodeConfig;
import dev.varve.node.NodeHome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Option;

/** The home a command works on. */
final class HomeOption {
  @Option(names = "--home", paramLabel = "D", required = true, description = "The node's folder.")
  private Path path;

  Path path() {
    requireNamed(path);
    return path.toAbsolutePath().normalize();
  }

  /**
   * Checks that a folder was given: an unset variable of a script is not the current folder.
   *
   * @throws CliException with exit code 2
   */
  static void requireNamed(Path path) {
    if (path.toString().isBlank()) {
      throw CliException.usage("--home is empty: must be a folder");
    }
  }

  /**
   * The home of one node.
   *
   * @throws CliException when it is a devnet's, which has several
   */
  NodeHome node() {
    if (Files.exists(path().resolve(DevnetMarker.FILE))) {
      throw CliException.usage(
          path() + " is a devnet's; name one of its nodes, as --home " + path().resolve("v0"));
    }
    return new NodeHome(path());
  }

  NodeConfig config() {
    NodeHome home = node();
    home.requireFormat();
    return NodeConfig.load(home, Map.of());
  }
}
