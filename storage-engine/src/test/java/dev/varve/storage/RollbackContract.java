package dev.varve.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.varve.storage.fixture.BatchBuilder;
import dev.varve.storage.fixture.SealMaker;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.BlockSeal;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TxLocation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What every disk store that takes blocks back must do; a store's own test extends it. */
public abstract class RollbackContract extends StateHistoryContract {
  private static final int KEYS = 8;
  private static final int AGAIN = 6;

  /** All that can be read of a store. */
  private record Contents(
      AppliedHeight applied,
      Map<ByteString, StateRecord> state,
      Map<ByteString, StateRecord> states,
      Map<ByteString, TxLocation> places,
      List<BlockBatch> blocks,
      List<BlockSeal> seals,
      long sealed,
      List<Long> commitments,
      Map<String, ByteString> meta) {}

  private Contents contents(List<BlockBatch> batches) {
    long last = store.applied().getHeight();
    Map<ByteString, StateRecord> state = new HashMap<>();
    store.scanState(utf8(""), utf8("z"), (key, record) -> state.put(key, record) == null);
    Map<ByteString, StateRecord> states = new HashMap<>();
    for (int key = 0; key < KEYS; key++) {
      for (long height = store.historyFloor(); height <= last; height++) {
        ByteString name = utf8(key + "@" + height);
        store.stateAt(utf8("s" + key), height).ifPresent(record -> states.put(name, record));
      }
    }
    Map<ByteString, TxLocation> places = new HashMap<>();
    List<BlockBatch> blocks = new ArrayList<>();
    List<BlockSeal> seals = new ArrayList<>();
    for (BlockBatch batch : batches) {
      for (ByteString hash : batch.txHashes()) {
        store.locate(hash).ifPresent(place -> places.put(hash, place));
      }
      store.seal(batch.height()).ifPresent(seals::add);
      if (store.block(batch.height()).isPresent()) {
        assertThat(store.transactions(batch.height(), 0)).isEqualTo(head(batch.txs()));
        assertThat(store.results(batch.height(), 0)).isEqualTo(head(batch.results()));
        blocks.add(batch);
      } else {
        assertThat(store.transactions(batch.height(), 0)).isEmpty();
        assertThat(store.logs(batch.height(), 0)).isEmpty();
      }
    }
    List<Long> commitments = new ArrayList<>();
    store.scanCommitments((height, bytes) -> commitments.add(height));
    Map<String, ByteString> meta = new HashMap<>();
    for (String name : List.of("n0", "n1")) {
      store.meta(name).ifPresent(value -> meta.put(name, value));
    }
    return new Contents(
        store.applied(), state, states, places, blocks, seals, store.sealed(), commitments, meta);
  }

  private static <T> List<T> head(List<T> items) {
    return items.subList(0, Math.min(items.size(), DiskStore.SLICE_LENGTH));
  }

  private static BlockBatch random(long height, Random random) {
    BatchBuilder batch = BatchBuilder.at(height).commitment(utf8("c" + height));
    int txs = random.nextInt(6) == 0 ? 70 : random.nextInt(5);
    for (int i = 0; i < txs; i++) {
      ByteString tx =
          random.nextInt(3) == 0
              ? utf8("again-" + random.nextInt(AGAIN))
              : BatchBuilder.randomBytes(20, random);
      batch.tx(tx, random.nextInt(3) == 0 ? 1 : 0);
      batch.write("s" + random.nextInt(KEYS), random.nextInt(4) == 0 ? null : height + "-" + i);
    }
    if (random.nextInt(4) == 0) {
      batch.meta("n" + random.nextInt(2), utf8("m" + height));
    }
    return batch.build();
  }

  @Test
  void shouldBeAsItWasAtEachHeightItIsTakenBackTo() {
    long seed = Long.getLong("varve.seed", System.nanoTime());
    System.out.println(getClass().getName() + " -Dvarve.seed=" + seed);
    Random random = new Random(seed);
    List<BlockBatch> batches = new ArrayList<>();
    List<Contents> then = new ArrayList<>();
    for (int step = 0; step < 6; step++) {
      for (int i = 0; i < 6; i++) {
        batches.add(random(batches.size() + 1L, random));
        store.apply(List.of(batches.get(batches.size() - 1)));
        seal(batches.subList(batches.size() - 1, batches.size()));
        then.add(contents(batches));
      }
      int last = batches.size();
      int target = Math.max(1, last - random.nextInt(9));
      store.rollBack(target, height -> {});
      assertContents(then.get(target - 1), batches, seed);
      if (random.nextBoolean()) {
        reopen(WINDOW);
        assertContents(then.get(target - 1), batches, seed);
      }
      if (random.nextBoolean()) {
        store.apply(batches.subList(target, last));
        seal(batches.subList(target, last));
        assertContents(then.get(last - 1), batches, seed);
      } else {
        batches.subList(target, last).clear();
        then.subList(target, last).clear();
      }
    }
  }

  /** Some of them, always the same. */
  private void seal(List<BlockBatch> batches) {
    store.seal(
        batches.stream()
            .map(BlockBatch::block)
            .filter(block -> block.getHeight() % 3 != 0)
            .map(SealMaker::of)
            .toList());
  }

  private void assertContents(Contents expected, List<BlockBatch> batches, long seed) {
    Contents now = contents(batches);
    assertThat(now.applied()).as("seed %d", seed).isEqualTo(expected.applied());
    assertThat(now.state()).as("seed %d", seed).isEqualTo(expected.state());
    assertThat(now.states()).as("seed %d", seed).isEqualTo(expected.states());
    assertThat(now.places()).as("seed %d", seed).isEqualTo(expected.places());
    assertThat(now.blocks()).as("seed %d", seed).isEqualTo(expected.blocks());
    assertThat(now.seals()).as("seed %d", seed).isEqualTo(expected.seals());
    assertThat(now.sealed()).as("seed %d", seed).isEqualTo(expected.sealed());
    assertThat(now.commitments()).as("seed %d", seed).isEqualTo(expected.commitments());
    assertThat(now.meta()).as("seed %d", seed).isEqualTo(expected.meta());
  }

  @Test
  void shouldKeepWhatLiesWithinTheWindowWhenItPrunes() {
    long seed = Long.getLong("varve.seed", System.nanoTime());
    System.out.println(getClass().getName() + " -Dvarve.seed=" + seed);
    Random random = new Random(seed);
    List<BlockBatch> batches = new ArrayList<>();
    for (long height = 1; height <= 60; height++) {
      batches.add(random(height, random));
    }
    long window = 8;
    reopen(window);
    for (BlockBatch batch : batches) {
      store.apply(List.of(batch));
      if (random.nextInt(10) == 0) {
        Contents before = contents(batches);
        int steps = 0;
        while (store.prune()) {
          assertThat(++steps).isLessThan(1_000);
        }
        assertContents(before, batches, seed);
      }
    }
    while (store.prune()) {
      assertThat(store.historyFloor()).isEqualTo(60 - window);
    }
    Contents before = contents(batches);
    // What was dropped is gone for a longer window too.
    reopen(WINDOW);
    assertThat(store.historyFloor()).isEqualTo(60 - window);
    assertContents(before, batches, seed);
    store.rollBack(60 - window, height -> {});
    assertThat(store.historyFloor()).isEqualTo(60 - window);
    store.apply(batches.subList((int) (60 - window), 60));
    assertContents(before, batches, seed);
    assertThat(store.prune()).isFalse();
  }

  @Test
  void shouldDropCommitmentsThatNoHeightWithinTheWindowNeeds() {
    reopen(10);
    for (long height = 1; height <= 50; height++) {
      store.apply(
          List.of(
              BatchBuilder.at(height)
                  .commitment(utf8("c" + height))
                  .commitmentFloor(Math.max(0, height - 5))
                  .build()));
    }
    while (store.prune()) {
      assertThat(store.historyFloor()).isEqualTo(40);
    }
    store.rollBack(40, height -> {});
    List<Long> kept = new ArrayList<>();
    store.scanCommitments((height, bytes) -> kept.add(height));
    assertThat(kept).containsExactly(35L, 36L, 37L, 38L, 39L, 40L);
  }

  @Test
  void shouldRefuseToGoBackBelowItsHistoryOrUp() {
    LongStream.rangeClosed(5, 9)
        .forEach(height -> store.apply(List.of(BatchBuilder.at(height).tx("t", 0).build())));
    reopen(2);
    assertThatThrownBy(() -> store.rollBack(6, height -> {}))
        .isInstanceOf(StorageException.Pruned.class)
        .hasMessage("state as of height 6 is not kept, allowed are 7 to 9");
    assertThatThrownBy(() -> store.rollBack(10, height -> {}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(store.applied().getHeight()).isEqualTo(9);
    store.rollBack(7, height -> {});
    assertThat(store.applied().getHeight()).isEqualTo(7);
    store.apply(List.of(BatchBuilder.at(8).tx("another", 0).build()));
    assertThat(store.transactions(8, 0)).containsExactly(utf8("another"));
  }
}
