package dev.varve.storage.pending;

import dev.varve.fallback.FallbackLogException;
import dev.varve.storage.StorageException;

/** What the log's failures are to those who write uplink tasks. */
final class PendingErrors {
  private PendingErrors() {}

  static StorageException translate(FallbackLogException e) {
    String message = "backup of uplink tasks: " + e.getMessage();
    if (e instanceof FallbackLogException.DiskFull || e instanceof FallbackLogException.Full) {
      return new StorageException.DiskFull(message, e);
    } else if (e instanceof FallbackLogException.Damaged damaged) {
      return new StorageException.Corruption(message, damaged.file(), damaged.offset(), e);
    } else if (e instanceof FallbackLogException.Incompatible) {
      return new StorageException.Incompatible(message);
    } else if (e instanceof FallbackLogException.Closed) {
      return new StorageException.Closed(message);
    }
    return new StorageException.Unavailable(message, e);
  }
}
