package dev.varve.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What {@code --cometbft} may be: a version of a supported line, or an executable. */
final class CometOption {
  private static final String VERSION = "v?\\d+\\.\\d+.*";
  private static final String SUPPORTED = "v?(0\\.38|0\\.40|1\\.0)(\\.\\d+[-.0-9A-Za-z]*)?";

  private CometOption() {}

  /** The line of an asked version, "0.38"; empty for a path or null. */
  static Optional<String> line(String cometbft) {
    return cometbft == null || isPath(cometbft)
        ? Optional.empty()
        : Optional.of(DevnetMarker.line(cometbft.replaceFirst("^v", "")));
  }

  /** Whether it names a file rather than a version. */
  static boolean isPath(String cometbft) {
    return cometbft != null && !cometbft.matches(VERSION);
  }

  /**
   * Checks the option; null is allowed.
   *
   * @throws CliException with exit code 2
   */
  static void require(String cometbft) {
    if (isPath(cometbft)) {
      Path path = Path.of(cometbft);
      if (!Files.isRegularFile(path) || !Files.isExecutable(path)) {
        throw CliException.usage(
            "--cometbft "
                + cometbft
                + ": is no executable file, and no version such as 0.38 or 0.40.0");
      }
    } else if (cometbft != null && !cometbft.matches(SUPPORTED)) {
      throw CliException.usage(
          "--cometbft " + cometbft + ": must be of the line 0.38, 0.40 or 1.0, or a path");
    }
  }
}
