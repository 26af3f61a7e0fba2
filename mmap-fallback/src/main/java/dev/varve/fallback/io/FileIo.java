package dev.varve.fallback.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What Varve asks of the file system for the files it writes itself.
 *
 * <p>Threads: any. Errors: {@link IOException} as the operating system gave it; its message names
 * the file.
 */
public interface FileIo {
  /** Creates a folder and the missing ones above it, and forces the entry of each new one. */
  void createDirectories(Path folder) throws IOException;

  /**
   * Sets a file's content in one step: writes a temporary file beside it, forces it, renames it
   * over the old one and forces the folder. Durable when it returns.
   */
  void replace(Path file, byte[] bytes) throws IOException;

  /** A file's content, or empty when there is no such file. */
  Optional<byte[]> read(Path file) throws IOException;

  /** How often the operating system was asked to force bytes to disk through this object. */
  long forces();
}
