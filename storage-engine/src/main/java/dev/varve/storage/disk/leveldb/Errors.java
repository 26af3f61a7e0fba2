package dev.varve.storage.disk.leveldb;

import dev.varve.storage.StorageException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import org.iq80.leveldb.impl.DbImpl;

/** Tells LevelDB's failures apart; it throws all kinds of unchecked exceptions. */
final class Errors {
  private Errors() {}

  static StorageException of(Path folder, String doing, Throwable e) {
    if (e instanceof StorageException already) {
      return already;
    }
    String message = "store " + folder + ", " + doing + ": " + e;
    boolean ofTheDisk = false;
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      String said = String.valueOf(cause.getMessage());
      if (said.contains("No space left on device")) {
        return new StorageException.DiskFull(message, e);
      }
      ofTheDisk |= cause instanceof IOException;
    }
    return ofTheDisk || isOfTheHandle(e)
        ? new StorageException.Unavailable(message, e)
        : new StorageException.Corruption(message, folder, -1, e);
  }

  /** Whether a failed read means that this opening is of no more use. */
  static boolean isOfTheHandle(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof DbImpl.BackgroundProcessingException
          || cause instanceof ClosedChannelException) {
        return true;
      }
    }
    return false;
  }

  /** LevelDB says so of tables that a compaction is just deleting; asked again it finds others. */
  static boolean isSpurious(Throwable e) {
    return String.valueOf(e.getMessage()).startsWith("Could not open table");
  }
}
