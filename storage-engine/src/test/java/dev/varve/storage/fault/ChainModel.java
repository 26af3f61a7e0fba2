package dev.varve.storage.fault;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StateWrite;
import dev.varve.storage.StorageEngine;
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

/** What an engine must hold: every block that it acknowledged. */
public final class ChainModel {
  private static final int KEYS = 200;

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
    for (int i = 0; i < 5 && !blocks.isEmpty(); i++) {
      BlockBatch batch = blocks.get(random.nextInt(blocks.size()));
      assertThat(engine.block(batch.height())).contains(batch.block());
      if (!batch.txs().isEmpty()) {
        requireTransaction(engine, batch, random.nextInt(batch.txs().size()));
      }
      ByteString key = ByteString.copyFromUtf8("skey-" + random.nextInt(KEYS));
      requireState(engine, key);
      requireStateAt(engine, key, batch.height());
    }
  }

  /** Compares every record. */
  public void requireAll(StorageEngine engine) {
    assertThat(engine.applied().getHeight()).isEqualTo(blocks.size());
    for (BlockBatch batch : blocks) {
      assertThat(engine.block(batch.height())).contains(batch.block());
      for (int i = 0; i < batch.txs().size(); i++) {
        requireTransaction(engine, batch, i);
      }
      assertThat(engine.transaction(batch.height(), batch.txs().size())).isEmpty();
      batch
          .meta()
          .keySet()
          .forEach(name -> assertThat(engine.meta(name)).as(name).isEqualTo(lastMeta(name)));
    }
    for (ByteString key : state.keySet()) {
      requireState(engine, key);
      requireStateAt(engine, key, 1L + random.nextInt(blocks.size()));
      for (long height : history.get(key).keySet()) {
        requireStateAt(engine, key, height);
        requireStateAt(engine, key, Math.max(1, height - 1));
      }
    }
    assertThat(engine.block(blocks.size() + 1L)).isEmpty();
  }

  private Optional<ByteString> lastMeta(String name) {
    ByteString last = null;
    for (BlockBatch batch : blocks) {
      last = batch.meta().getOrDefault(name, last);
    }
    return Optional.ofNullable(last);
  }

  private void requireTransaction(StorageEngine engine, BlockBatch batch, int index) {
    long height = batch.height();
    ByteString hash = batch.txHashes().get(index);
    assertThat(engine.transaction(height, index)).contains(batch.txs().get(index));
    assertThat(engine.result(height, index)).contains(batch.results().get(index));
    assertThat(engine.log(height, index)).contains(batch.logs().get(index));
    assertThat(engine.locate(hash)).contains(locations.get(hash));
  }

  private void requireStateAt(StorageEngine engine, ByteString key, long height) {
    NavigableMap<Long, StateWrite> writes = history.getOrDefault(key, new TreeMap<>());
    Map.Entry<Long, StateWrite> write = writes.floorEntry(height);
    assertThat(engine.stateAt(key, height).map(StateRecord::getValue))
        .as("%s as of %d, writes at %s", key.toStringUtf8(), height, writes.keySet())
        .isEqualTo(
            write == null ? Optional.empty() : Optional.ofNullable(write.getValue().value()));
  }

  private void requireState(StorageEngine engine, ByteString key) {
    StateWrite write = state.get(key);
    if (write == null || write.isDelete()) {
      assertThat(engine.state(key)).as(key.toStringUtf8()).isEmpty();
    } else {
      assertThat(engine.state(key))
          .as(key.toStringUtf8())
          .contains(
              StateRecord.newBuilder().setHeight(write.height()).setValue(write.value()).build());
    }
  }
}
