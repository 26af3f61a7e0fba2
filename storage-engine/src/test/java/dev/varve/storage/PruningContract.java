package dev.varve.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.varve.storage.fixture.BatchBuilder;
import dev.varve.storage.fixture.SealMaker;
import dev.varve.storage.record.BlockSeal;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TxLocation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every disk store that drops blocks must do; a store's own test extends it. */
public abstract class PruningContract {
  private static final int KEYS = 8;
  private static final int MAX_STEPS = 10_000;

  @TempDir protected Path folder;
  private DiskStore store;
  private final List<BlockBatch> batches = new ArrayList<>();
  private long seed;
  private Random random;

  /** Opens the store in a folder, as it was left there. */
  protected abstract DiskStore open(Path folder, long historyBlocks, long retainBlocks);

  /** So often blocks are written and dropped until less of the disk must be taken. */
  protected int rounds() {
    return 10;
  }

  @BeforeEach
  void openStore() {
    seed = Long.getLong("varve.seed", System.nanoTime());
    System.out.println(getClass().getName() + " -Dvarve.seed=" + seed);
    random = new Random(seed);
    store = open(folder, 1_000, 0);
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  private void reopen(long historyBlocks, long retainBlocks) {
    store.close();
    store = open(folder, historyBlocks, retainBlocks);
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }

  /** A block with transactions of its own and some that others have too, with success or not. */
  private void applyNext() {
    long height = batches.size() + 1L;
    BatchBuilder batch = BatchBuilder.at(height).commitment(utf8("c" + height));
    int txs = random.nextInt(6) == 0 ? 150 : random.nextInt(5);
    for (int i = 0; i < txs; i++) {
      boolean again = random.nextInt(3) == 0;
      ByteString own = BatchBuilder.randomBytes(20, random);
      batch.tx(again ? utf8("again-" + random.nextInt(40)) : own, random.nextInt(3) == 0 ? 1 : 0);
      batch.write("s" + random.nextInt(KEYS), random.nextInt(4) == 0 ? null : height + "-" + i);
    }
    batches.add(batch.build());
    store.apply(List.of(batches.get(batches.size() - 1)));
  }

  private void applyUntil(int height) {
    while (batches.size() < height) {
      applyNext();
    }
  }

  private void pruneAll() {
    int steps = 0;
    while (store.prune()) {
      assertThat(++steps).isLessThan(MAX_STEPS);
    }
  }

  /** Blocks from the floor on are whole, those below are gone, and state is what it was. */
  private void requireKept(long floor, int last) {
    assertThat(store.applied().getHeight()).as("seed %d", seed).isEqualTo(last);
    assertThat(store.chainFloor()).as("seed %d", seed).isEqualTo(floor);
    for (BlockBatch batch : batches.subList(0, last)) {
      boolean kept = batch.height() >= floor;
      if (!kept) {
        assertThat(store.seal(batch.height())).isEmpty();
      }
      String block = "block " + batch.height() + ", seed " + seed;
      assertThat(store.block(batch.height()).isPresent()).as(block).isEqualTo(kept);
      assertThat(all(batch, store::transactions)).as(block).isEqualTo(kept ? batch.txs() : none());
      assertThat(all(batch, store::results)).as(block).isEqualTo(kept ? batch.results() : none());
      assertThat(all(batch, store::logs)).as(block).isEqualTo(kept ? batch.logs() : none());
    }
    Map<String, StateRecord> state = new HashMap<>();
    for (BlockBatch batch : batches.subList(0, last)) {
      for (StateWrite write : batch.stateWrites()) {
        String key = write.key().toStringUtf8();
        state.remove(key);
        if (!write.isDelete()) {
          StateRecord.Builder record = StateRecord.newBuilder().setHeight(write.height());
          state.put(key, record.setValue(write.value()).build());
        }
      }
      if (batch.height() >= store.historyFloor()) {
        for (int i = 0; i < KEYS; i++) {
          assertThat(store.stateAt(utf8("s" + i), batch.height()).orElse(null))
              .as("s%d as of %d, seed %d", i, batch.height(), seed)
              .isEqualTo(state.get("s" + i));
        }
      }
    }
  }

  private static List<Object> none() {
    return List.of();
  }

  private static List<Object> all(BlockBatch batch, SliceReader reader) {
    List<Object> items = new ArrayList<>();
    for (int slice = 0; slice <= batch.txs().size() / DiskStore.SLICE_LENGTH; slice++) {
      items.addAll(reader.read(batch.height(), slice));
    }
    return items;
  }

  private interface SliceReader {
    List<?> read(long height, int slice);
  }

  /** Each transaction is found where it would be, were nothing dropped; unless that is below. */
  private void requireIndex(long floor, int last) {
    Map<ByteString, TxLocation> places = new HashMap<>();
    for (BlockBatch batch : batches.subList(0, last)) {
      for (int i = 0; i < batch.txs().size(); i++) {
        boolean success = batch.results().get(i).getCode() == 0;
        TxLocation place =
            TxLocation.newBuilder()
                .setHeight(batch.height())
                .setIndex(i)
                .setSuccess(success)
                .build();
        places.merge(
            batch.txHashes().get(i),
            place,
            (old, now) -> now.getSuccess() || !old.getSuccess() ? now : old);
      }
    }
    places.forEach(
        (hash, place) ->
            assertThat(store.locate(hash).orElse(null))
                .as("seed %d", seed)
                .isEqualTo(place.getHeight() >= floor ? place : null));
  }

  @Test
  void shouldDropNothingUnlessTold() {
    reopen(5, 0);
    applyUntil(30);
    pruneAll();
    requireKept(0, 30);
    requireIndex(0, 30);
  }

  @Test
  void shouldDropBlocksWithTheirIndexEntries() {
    reopen(5, 10);
    applyUntil(60);
    pruneAll();
    for (int opened = 0; opened < 2; opened++) {
      requireKept(51, 60);
      requireIndex(51, 60);
      reopen(5, 10);
    }
    assertThat(store.prune()).isFalse();
    applyUntil(75);
    pruneAll();
    requireKept(66, 75);
  }

  @Test
  void shouldDropSealsWithTheirBlocks() {
    reopen(5, 10);
    applyUntil(60);
    store.seal(seals(1, 60));
    pruneAll();
    for (int opened = 0; opened < 2; opened++) {
      requireKept(51, 60);
      assertThat(store.sealed()).isEqualTo(60);
      for (long height = 1; height <= 60; height++) {
        assertThat(store.seal(height).isPresent()).as("seed %d", seed).isEqualTo(height >= 51);
      }
      // One that comes late for a block that was dropped is of no use any more.
      store.seal(seals(49, 52));
      reopen(5, 10);
    }
    applyUntil(75);
    pruneAll();
    requireKept(66, 75);
    assertThat(store.sealed()).isLessThan(store.chainFloor());
  }

  private List<BlockSeal> seals(int first, int last) {
    return batches.subList(first - 1, last).stream()
        .map(batch -> SealMaker.of(batch.block()))
        .toList();
  }

  @Test
  void shouldKeepBlocksThatARollbackNeeds() {
    reopen(20, 3);
    applyUntil(60);
    pruneAll();
    requireKept(40, 60);
    store.rollBack(40, height -> {});
    requireKept(40, 40);
    store.apply(batches.subList(40, 60));
    requireKept(40, 60);
    reopen(1_000, 3);
    // History that was not dropped yet reaches below, its blocks do not.
    assertThatThrownBy(() -> store.rollBack(39, height -> {}))
        .isInstanceOf(StorageException.Pruned.class);
    assertThat(store.applied().getHeight()).isEqualTo(60);
    pruneAll();
    requireKept(40, 60);
  }

  @Test
  void shouldGoOnWhereItWasBrokenOff() {
    reopen(5, 10);
    applyUntil(80);
    for (int opened = 0; opened < 8; opened++) {
      for (int steps = random.nextInt(4); steps >= 0; steps--) {
        store.prune();
      }
      requireKept(store.chainFloor(), 80);
      reopen(5, 10);
    }
    pruneAll();
    requireKept(71, 80);
    requireIndex(71, 80);
  }

  @Test
  void shouldKeepAllFromNowOnWhenToldSo() {
    reopen(5, 10);
    applyUntil(40);
    pruneAll();
    reopen(5, 0);
    applyUntil(60);
    pruneAll();
    requireKept(31, 60);
  }

  @Test
  void shouldFindATransactionThatIsIncludedAgainMeanwhile() {
    reopen(1, 2);
    ByteString tx = utf8("again and again");
    for (long height = 1; height <= 40; height++) {
      store.apply(List.of(BatchBuilder.at(height).tx(tx, 0).tx("t" + height, 0).build()));
      store.prune();
      assertThat(store.locate(BatchBuilder.sha256(tx)).orElseThrow().getHeight()).isEqualTo(height);
    }
  }

  @Test
  void shouldTakeLessOfTheDisk() {
    reopen(1, 10);
    long written = 0;
    for (int round = 0; round < rounds(); round++) {
      for (int i = 0; i < 10; i++) {
        BatchBuilder batch = BatchBuilder.at(round * 10L + i + 1);
        for (int tx = 0; tx < 20; tx++) {
          batch.tx(BatchBuilder.randomBytes(10_000, random), 0);
          written += 10_000;
        }
        store.apply(List.of(batch.build()));
      }
      pruneAll();
      reopen(1, 10);
    }
    assertThat(store.diskBytes()).as("seed %d", seed).isLessThan(written / 2);
  }
}
