package dev.varve.storage.disk.leveldb;

import dev.varve.storage.StorageException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Reads back what a write appended to the log: on a disk that is just filling up the operating
 * system may take a part of it, and LevelDB does not look how much. Threads: one at a time.
 */
final class LogTail {
  private final Path folder;
  private Path log;
  private long end;

  LogTail(Path folder) {
    this.folder = folder;
  }

  /** Begins anew, with the newest log. */
  void reset() {
    log = null;
    end = 0;
  }

  /**
   * Requires a whole record behind those seen before.
   *
   * @throws StorageException.DiskFull when there is none
   */
  void requireRecord() throws IOException {
    // A record lies in one log; if the last one did not grow, a newer one was begun for it.
    if (log == null || size(log) <= end) {
      log = newest();
      end = 0;
    }
    int[] records = {0};
    LogFile file = LogFile.readFrom(log, end, record -> records[0]++);
    if (records[0] == 0 || !file.isWhole()) {
      throw new StorageException.DiskFull(
          String.format(
              "store %s: log %s took a part of a record only, whole are %d of %d bytes",
              folder, log, file.wholeBytes(), file.bytes()),
          null);
    }
    end = file.bytes();
  }

  private static long size(Path log) throws IOException {
    try {
      return Files.size(log);
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  private Path newest() throws IOException {
    Path newest = null;
    try (DirectoryStream<Path> logs = Files.newDirectoryStream(folder, "*.log")) {
      for (Path file : logs) {
        if (newest == null || DatabaseFolder.number(file) > DatabaseFolder.number(newest)) {
          newest = file;
        }
      }
    }
    if (newest == null) {
      throw new NoSuchFileException(folder.toString(), null, "it holds no log");
    }
    return newest;
  }
}
