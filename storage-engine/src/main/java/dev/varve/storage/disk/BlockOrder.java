package dev.varve.storage.disk;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.AppliedHeight;
import java.util.HexFormat;

/** What every store requires of the blocks given to it: their order, and sameness when repeated. */
public final class BlockOrder {
  private BlockOrder() {}

  /** What to throw for a block that does not follow the last one. */
  public static IllegalStateException outOfOrder(
      Object store, BlockBatch batch, AppliedHeight last) {
    return new IllegalStateException(
        String.format(
            "block %d does not follow block %d, the last one of store %s",
            batch.height(), last.getHeight(), store));
  }

  /** What to throw for a block that comes again when the store has let go of it. */
  public static IllegalStateException notComparable(Object store, BlockBatch batch) {
    return new IllegalStateException(
        String.format(
            "block %d comes again, store %s no longer holds it and cannot compare",
            batch.height(), store));
  }

  /**
   * Requires that a store which was reopened holds what it held.
   *
   * @throws StorageException.Corruption when it holds less
   */
  public static void requireNotLess(Object store, AppliedHeight before, AppliedHeight now) {
    if (now.getHeight() < before.getHeight()) {
      throw new StorageException.Corruption(
          String.format(
              "store %s held block %d and holds block %d after it was reopened",
              store, before.getHeight(), now.getHeight()),
          null);
    }
  }

  /**
   * Requires a block that comes again and the stored one to be the same, by their markers.
   *
   * @throws IllegalStateException naming the store and both contents
   */
  public static void requireSame(Object store, AppliedHeight before, AppliedHeight now) {
    // A store that was copied from one of another kind has no checksum to compare.
    AppliedHeight same = before.getBatchCrc() == 0 ? now.toBuilder().clearBatchCrc().build() : now;
    if (!before.equals(same)) {
      throw new IllegalStateException(
          String.format(
              "block %d comes again with other content: store %s has block hash %s, app hash %s,"
                  + " checksum %08x; now block hash %s, app hash %s, checksum %08x",
              now.getHeight(),
              store,
              hex(before.getBlockHash()),
              hex(before.getAppHash()),
              before.getBatchCrc(),
              hex(now.getBlockHash()),
              hex(now.getAppHash()),
              now.getBatchCrc()));
    }
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
