package dev.varve.storage.disk;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.varve.storage.DiskStore;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.DeletionRecord;
import dev.varve.storage.record.HistoryRecord;
import dev.varve.storage.record.NameBefore;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.UndoEntry;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Takes the last blocks of a store back, newest first, each in one write: broken off, the store is
 * whole at a height in between. Threads: one, and no other that writes.
 */
public final class BlockRollback {
  /** So many transactions are looked for in one pass over the blocks below. */
  private static final int PASS_TRANSACTIONS = 100_000;

  private static final RecordType[] SLICES = {
    RecordType.TRANSACTION, RecordType.RESULT, RecordType.LOG
  };

  private final DiskStore store;
  private final StateHistory history;
  private final RecordWriter writer;

  /** {@code writer}: {@link DiskStore#applied} tells what it committed. */
  public BlockRollback(DiskStore store, StateHistory history, RecordWriter writer) {
    this.store = store;
    this.history = history;
    this.writer = writer;
  }

  /** See {@link DiskStore#rollBack}. */
  public void to(long target, LongConsumer progress) {
    long last = store.applied().getHeight();
    if (target > last) {
      throw new IllegalArgumentException("height " + target + " is above the last, " + last);
    }
    history.requireKept(target);
    if (target < store.chainFloor()) {
      throw StorageException.Pruned.ofBlock(target, store.chainFloor());
    }
    while (store.applied().getHeight() > target) {
      pass(target, progress);
    }
  }

  private void pass(long target, LongConsumer progress) {
    long newest = store.applied().getHeight();
    Set<ByteString> txs = new HashSet<>();
    long below = newest;
    int count = 0;
    do {
      int inBlock = block(below).getTxCount();
      for (int slice = 0; slice * DiskStore.SLICE_LENGTH < inBlock; slice++) {
        txs.addAll(store.transactions(below, slice));
      }
      count += inBlock;
      below--;
    } while (below > target && count < PASS_TRANSACTIONS);
    EarlierInclusions earlier = EarlierInclusions.find(store, txs, newest, below, progress);
    for (long height = newest; height > below; height--) {
      takeBack(height, earlier);
      writer.commit();
    }
  }

  private void takeBack(long height, EarlierInclusions earlier) {
    HistoryRecord changes = history.changes(height);
    history.visit(
        height,
        changes.getKeys(),
        (key, slice) -> {
          slice.getEntriesList().forEach(entry -> takeBack(height, entry));
          writer.delete(RecordType.UNDO, key);
        });
    changes.getNamesList().forEach(this::takeBack);
    takeBackChain(height, earlier);
    writer.delete(RecordType.COMMITMENT, Keys.height(height));
    writer.delete(RecordType.HISTORY, Keys.height(height));
  }

  private void takeBack(long height, UndoEntry entry) {
    byte[] key = entry.getKey().toByteArray();
    if (entry.getLost()) {
      throw new StorageException.Corruption(
          "block " + height + " cannot be taken back: a value that it replaced was damaged already",
          null);
    }
    if (entry.hasBefore()) {
      writer.put(RecordType.STATE, key, entry.getBefore().toByteString());
    } else {
      writer.delete(RecordType.STATE, key);
    }
    if (entry.getDeleted() && entry.getDeletedBefore() != 0) {
      DeletionRecord before =
          DeletionRecord.newBuilder().setHeight(entry.getDeletedBefore()).build();
      writer.put(RecordType.DELETION, key, before.toByteString());
    } else if (entry.getDeleted()) {
      writer.delete(RecordType.DELETION, key);
    }
  }

  private void takeBack(NameBefore name) {
    byte[] key = name.getName().getBytes(UTF_8);
    if (name.getExisted()) {
      writer.put(RecordType.META, key, name.getValue());
    } else {
      writer.delete(RecordType.META, key);
    }
  }

  private void takeBackChain(long height, EarlierInclusions earlier) {
    int count = block(height).getTxCount();
    Set<ByteString> seen = new HashSet<>();
    for (int slice = 0; slice * DiskStore.SLICE_LENGTH < count; slice++) {
      List<ByteString> txs = store.transactions(height, slice);
      for (ByteString tx : txs) {
        if (seen.add(tx)) {
          takeBackIndex(height, tx, earlier);
        }
      }
      for (RecordType type : SLICES) {
        writer.delete(type, Keys.chain(height, type, slice));
      }
    }
    writer.delete(RecordType.SEAL, Keys.height(height));
    writer.delete(RecordType.BLOCK, Keys.chain(height, RecordType.BLOCK, 0));
    writer.delete(RecordType.MARKER, Keys.chain(height, RecordType.MARKER, 0));
  }

  private void takeBackIndex(long height, ByteString tx, EarlierInclusions earlier) {
    ByteString hash = Sha256.of(tx);
    Optional<TxLocation> now = store.locate(hash);
    if (now.isEmpty() || now.get().getHeight() != height) {
      return;
    }
    Optional<TxLocation> before = earlier.before(tx, height);
    if (before.isPresent()) {
      writer.put(RecordType.INDEX, hash.toByteArray(), before.get().toByteString());
    } else {
      writer.delete(RecordType.INDEX, hash.toByteArray());
    }
  }

  private BlockRecord block(long height) {
    return store
        .block(height)
        .orElseThrow(
            () ->
                new StorageException.Corruption(
                    "the block record of block " + height + " is missing", null));
  }
}
