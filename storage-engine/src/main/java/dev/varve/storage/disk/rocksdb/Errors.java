package dev.varve.storage.disk.rocksdb;

import dev.varve.storage.StorageException;
import java.nio.file.Path;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** Tells RocksDB's failures apart. */
final class Errors {
  private Errors() {}

  static StorageException of(Path folder, String doing, RocksDBException e) {
    String message = "store " + folder + ", " + doing + ": " + e.getMessage();
    Status status = e.getStatus();
    if (status == null) {
      return new StorageException.Unavailable(message, e);
    }
    if (status.getSubCode() == Status.SubCode.NoSpace || saysNoSpace(e)) {
      return new StorageException.DiskFull(message, e);
    }
    if (status.getCode() == Status.Code.Corruption) {
      return new StorageException.Corruption(message, folder, -1, e);
    }
    return new StorageException.Unavailable(message, e);
  }

  // A background error is reported again without its sub-code.
  private static boolean saysNoSpace(RocksDBException e) {
    return e.getMessage() != null && e.getMessage().contains("No space left on device");
  }
}
