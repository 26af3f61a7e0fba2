package dev.varve.fallback.io;

import java.io.IOException;
import java.nio.file.Path;

/** The file system has no room for what was to be written. */
public final class NoSpaceException extends IOException {
  private static final long serialVersionUID = 1L;

  public NoSpaceException(Path file, Throwable cause) {
    super("no space left for " + file, cause);
  }
}
