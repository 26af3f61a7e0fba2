package dev.varve.storage.disk;

import dev.varve.storage.StorageException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Space in a store's folder: what is left of the disk, and what its files take. Threads: any. */
public final class FreeSpace {
  private final Path folder;

  public FreeSpace(Path folder) {
    this.folder = folder;
  }

  /**
   * Requires this much free space, in bytes.
   *
   * @throws StorageException.DiskFull naming what is left and what is needed for {@code purpose}
   */
  public void require(long bytes, String purpose) {
    if (bytes <= 0) {
      return;
    }
    // One system call; the path's FileStore would read the table of mounts each time.
    long free = folder.toFile().getUsableSpace();
    if (free < bytes) {
      throw new StorageException.DiskFull(
          String.format(
              "store %s: %d bytes are free on its disk, %s needs %d", folder, free, purpose, bytes),
          null);
    }
  }

  /** Bytes of the folder's files whose names end in {@code suffix}; all files for "". */
  public long usedBytes(String suffix) {
    long bytes = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "*" + suffix)) {
      for (Path entry : entries) {
        bytes += sizeOf(entry);
      }
    } catch (IOException e) {
      throw new StorageException.Unavailable("store " + folder + ", asking its size: " + e, e);
    }
    return bytes;
  }

  private static long sizeOf(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException removed) {
      // A store deletes files at any time; this one takes no space any more.
      return 0;
    }
  }
}
