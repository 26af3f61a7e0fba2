package dev.varve.storage.fault;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StateWrite;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.StorageException;
import dev.varve.storage.fixture.BatchBuilder;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TxLocation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What an engine must hold: every block that it acknowledged. */
public final class ChainModel {
  private static final int KEYS = 200;

  /** No block is unread: everything must be answered. */
  private static final long ALL = -1;

  private final Random random;
  private final List<BlockBatch> blocks = new ArrayList<>();
  private final Map<ByteString, StateWrite> state = new HashMap<>();
  private final Map<ByteString, NavigableMap<Long, StateWrite>> history = new HashMap<>();
  private final Map<ByteString, TxLocation> locations = new HashMap<>();

  public ChainModel(Random random) {
    this.random = random;
  }

  /**
   * The next block, not acknowledged yet: up to 150 transactions, keys and bytes that come again.
   */
  public BlockBatch next() {
    long height = blocks.size() + 1L;
    int txs = random.nextInt(4) == 0 ? random.nextInt(150) : random.nextInt(8);
    BatchBuilder batch =
        BatchBuilder.at(height).commitment(BatchBuilder.randomBytes(random.nextInt(64), random));
    for (int i = 0; i < txs; i++) {
      boolean again = random.nextInt(10) == 0;
      ByteString tx =
          again
              ? ByteString.copyFromUtf8("again-" + random.nextInt(20))
              : BatchBuilder.randomBytes(1 + random.nextInt(300), random);
      batch.tx(tx, random.nextInt(5) == 0 ? 1 : 0);
      ByteString key = ByteString.copyFromUtf8("skey-" + random.nextInt(KEYS));
      ByteString value = random.nextInt(6) == 0 ? null : tx;
      if (!lives(key) && random.nextBoolean()) {
        batch.writeFresh(key, value);
      } else {
        batch.write(key, value);
      }
    }
    if (random.nextInt(10) == 0) {
      batch.meta("name-" + random.nextInt(3), BatchBuilder.randomBytes(8, random));
    }
    return batch.build();
  }

  private boolean lives(ByteString key) {
    StateWrite last = state.get(key);
    return last != null && !last.isDelete();
  }

  /** The engine acknowledged the block. */
  public void acknowledged(BlockBatch batch) {
    blocks.add(batch);
    for (StateWrite write : batch.stateWrites()) {
      state.put(write.key(), write);
      history.computeIfAbsent(write.key(), key -> new TreeMap<>()).put(batch.height(), write);
    }
    for (int i = 0; i < batch.txs().size(); i++) {
      ByteString hash = batch.txHashes().get(i);
      boolean success = batch.results().get(i).getCode() == 0;
      TxLocation before = locations.get(hash);
      if (success || before == null || !before.getSuccess()) {
        locations.put(
            hash,
            TxLocation.newBuilder()
                .setHeight(batch.height())
                .setIndex(i)
                .setSuccess(success)
                .build());
      }
    }
  }

  public long height() {
    return blocks.size();
  }

  /** Compares a few records. */
  public void requireSome(StorageEngine engine) {
    requireSome(engine, ALL);
  }

  /**
   * As the other, with a store that cannot be read: what blocks after {@code unread} wrote must be
   * answered, the rest may be unavailable; what is answered must be right.
   */
  public void requireSome(StorageEngine engine, long unread) {
    for (int i = 0; i < 5 && !blocks.isEmpty(); i++) {
      BlockBatch batch = blocks.get(random.nextInt(blocks.size()));
      requireBlock(engine, batch, unread);
      if (!batch.txs().isEmpty()) {
        requireTransaction(engine, batch, random.nextInt(batch.txs().size()), unread);
      }
      ByteString key = ByteString.copyFromUtf8("skey-" + random.nextInt(KEYS));
      requireState(engine, key, unread);
      requireStateAt(engine, key, batch.height(), unread);
    }
  }

  /** Compares every record. */
  public void requireAll(StorageEngine engine) {
    requireAll(engine, ALL);
  }

  /** As {@link #requireSome(StorageEngine, long)}, every record. */
  public void requireAll(StorageEngine engine, long unread) {
    assertThat(engine.applied().getHeight()).isEqualTo(blocks.size());
    for (BlockBatch batch : blocks) {
      requireBlock(engine, batch, unread);
      for (int i = 0; i < batch.txs().size(); i++) {
        requireTransaction(engine, batch, i, unread);
      }
      int past = batch.txs().size();
      require(() -> engine.transaction(batch.height(), past), Optional.empty(), unread < 0, "past");
      for (String name : batch.meta().keySet()) {
        require(() -> engine.meta(name), lastMeta(name), lastMetaHeight(name) > unread, name);
      }
    }
    for (ByteString key : state.keySet()) {
      requireState(engine, key, unread);
      requireStateAt(engine, key, 1L + random.nextInt(blocks.size()), unread);
      for (long height : history.get(key).keySet()) {
        requireStateAt(engine, key, height, unread);
        requireStateAt(engine, key, Math.max(1, height - 1), unread);
      }
    }
    require(
        () -> engine.block(blocks.size() + 1L), Optional.empty(), unread < 0, "a block to come");
  }

  /** Requires every block, and every transaction, by its hash too unless it failed. */
  public void requireChain(StorageEngine engine) {
    for (BlockBatch batch : blocks) {
      requireBlock(engine, batch, 0);
      for (int i = 0; i < batch.txs().size(); i++) {
        requireTransaction(engine, batch, i, 0);
      }
    }
  }

  private Optional<ByteString> lastMeta(String name) {
    ByteString last = null;
    for (BlockBatch batch : blocks) {
      last = batch.meta().getOrDefault(name, last);
    }
    return Optional.ofNullable(last);
  }

  private long lastMetaHeight(String name) {
    return blocks.stream()
        .filter(batch -> batch.meta().containsKey(name))
        .mapToLong(BlockBatch::height)
        .max()
        .orElse(0);
  }

  /** The answer must be right; where it need not be there, it may be unavailable. */
  private static <T> void require(
      Supplier<Optional<T>> read, Optional<T> expected, boolean must, String what) {
    Optional<T> found;
    try {
      found = read.get();
    } catch (StorageException.Unavailable e) {
      if (must) {
        e.addSuppressed(new AssertionError(what + " must be answered"));
        throw e;
      }
      return;
    }
    assertThat(found).as(what).isEqualTo(expected);
  }

  private static void requireBlock(StorageEngine engine, BlockBatch batch, long unread) {
    long height = batch.height();
    require(
        () -> engine.block(height), Optional.of(batch.block()), height > unread, "block " + height);
  }

  private void requireTransaction(StorageEngine engine, BlockBatch batch, int index, long unread) {
    long height = batch.height();
    boolean must = height > unread;
    String what = "transaction " + index + " of block " + height;
    ByteString hash = batch.txHashes().get(index);
    require(
        () -> engine.transaction(height, index), Optional.of(batch.txs().get(index)), must, what);
    require(
        () -> engine.result(height, index), Optional.of(batch.results().get(index)), must, what);
    require(() -> engine.log(height, index), Optional.of(batch.logs().get(index)), must, what);
    TxLocation at = locations.get(hash);
    // That it failed is sure only when the store says that it never succeeded.
    boolean mustFind = at.getHeight() > unread && (at.getSuccess() || unread < 0);
    require(() -> engine.locate(hash), Optional.of(at), mustFind, "where " + what + " is");
  }

  private void requireStateAt(StorageEngine engine, ByteString key, long height, long unread) {
    NavigableMap<Long, StateWrite> writes = history.getOrDefault(key, new TreeMap<>());
    Map.Entry<Long, StateWrite> write = writes.floorEntry(height);
    require(
        () -> engine.stateAt(key, height).map(StateRecord::getValue),
        write == null ? Optional.empty() : Optional.ofNullable(write.getValue().value()),
        (write == null ? 0 : write.getKey()) > unread,
        key.toStringUtf8() + " as of " + height + ", writes at " + writes.keySet());
  }

  private void requireState(StorageEngine engine, ByteString key, long unread) {
    StateWrite write = state.get(key);
    Optional<StateRecord> expected =
        write == null || write.isDelete()
            ? Optional.empty()
            : Optional.of(
                StateRecord.newBuilder().setHeight(write.height()).setValue(write.value()).build());
    require(
        () -> engine.state(key),
        expected,
        (write == null ? 0 : write.height()) > unread,
        key.toStringUtf8());
  }
}
