package dev.varve.gateway.violation;

import dev.varve.cli.violation.Anything;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Breaks the rules on files and on the direction between packages. */
final class TouchesAFile {
  Anything target;

  static long touch(Path file) throws IOException {
    return Files.size(file);
  }
}
