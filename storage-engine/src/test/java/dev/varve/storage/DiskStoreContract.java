package dev.varve.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.varve.storage.fixture.BatchBuilder;
import dev.varve.storage.fixture.SealMaker;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.BlockSeal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every disk store must do; a store's own test extends it. */
public abstract class DiskStoreContract {
  @TempDir protected Path folder;
  protected DiskStore store;

  /** Opens the store in a folder, as it was left there. */
  protected abstract DiskStore open(Path folder);

  @BeforeEach
  void openStore() {
    store = open(folder);
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  protected final void reopen() {
    store.close();
    store = open(folder);
  }

  protected final void apply(BatchBuilder... batches) {
    store.apply(List.of(batches).stream().map(BatchBuilder::build).toList());
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static ByteString bytes(int... bytes) {
    byte[] all = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      all[i] = (byte) bytes[i];
    }
    return ByteString.copyFrom(all);
  }

  @Test
  void shouldBeEmptyAtFirst() {
    assertThat(store.applied()).isEqualTo(AppliedHeight.getDefaultInstance());
    assertThat(store.block(1)).isEmpty();
    assertThat(store.transactions(1, 0)).isEmpty();
    assertThat(store.results(1, 0)).isEmpty();
    assertThat(store.logs(1, 0)).isEmpty();
    assertThat(store.locate(BatchBuilder.sha256(utf8("a=1")))).isEmpty();
    assertThat(store.state(utf8("sa"))).isEmpty();
    assertThat(store.meta("chain_id")).isEmpty();
    store.scanCommitments((height, bytes) -> assertThat(height).isNull());
  }

  @Test
  void shouldReadBackWholeBlocksAcrossSlicesAndReopen() {
    Random random = new Random(7);
    List<BlockBatch> batches = new ArrayList<>();
    for (int count : new int[] {0, 1, 63, 64, 65, 200}) {
      batches.add(BatchBuilder.random(batches.size() + 1, count, 40, random).build());
    }
    store.apply(batches);
    batches.forEach(this::requireHeld);
    reopen();
    batches.forEach(this::requireHeld);
    assertThat(store.applied().getHeight()).isEqualTo(6);
  }

  private void requireHeld(BlockBatch batch) {
    long height = batch.height();
    assertThat(store.block(height)).contains(batch.block());
    List<Object> held = new ArrayList<>();
    List<Object> expected = new ArrayList<>();
    int slices = batch.txs().size() / DiskStore.SLICE_LENGTH + 1;
    for (int slice = 0; slice <= slices; slice++) {
      held.addAll(store.transactions(height, slice));
      held.addAll(store.results(height, slice));
      held.addAll(store.logs(height, slice));
      int from = Math.min(batch.txs().size(), slice * DiskStore.SLICE_LENGTH);
      int to = Math.min(batch.txs().size(), from + DiskStore.SLICE_LENGTH);
      expected.addAll(batch.txs().subList(from, to));
      expected.addAll(batch.results().subList(from, to));
      expected.addAll(batch.logs().subList(from, to));
    }
    assertThat(held).isEqualTo(expected);
    for (int i = 0; i < batch.txs().size(); i++) {
      int index = i;
      assertThat(store.locate(batch.txHashes().get(i)))
          .hasValueSatisfying(
              location -> {
                assertThat(location.getHeight()).isEqualTo(height);
                assertThat(location.getIndex()).isEqualTo(index);
              });
    }
  }

  @Test
  void shouldReportTheLastHeightWithItsHashes() {
    BlockBatch batch = BatchBuilder.at(5).tx("a=1", 0).build();
    store.apply(List.of(batch));
    reopen();
    AppliedHeight applied = store.applied();
    assertThat(applied.getHeight()).isEqualTo(5);
    assertThat(applied.getBlockHash()).isEqualTo(batch.block().getHash());
    assertThat(applied.getAppHash()).isEqualTo(batch.block().getAppHash());
    assertThat(applied.getTime()).isEqualTo(batch.block().getTime());
  }

  @Test
  void shouldKeepTheLastWriteOfAKeyWithItsHeight() {
    apply(BatchBuilder.at(1).write("sa", "1").write("sb", "2").write("sempty", ""));
    apply(BatchBuilder.at(2).write("sa", "3").write("sb", null));
    assertThat(store.state(utf8("sa")))
        .hasValueSatisfying(
            record -> {
              assertThat(record.getValue()).isEqualTo(utf8("3"));
              assertThat(record.getHeight()).isEqualTo(2);
            });
    assertThat(store.state(utf8("sb"))).isEmpty();
    assertThat(store.state(utf8("sempty")).orElseThrow().getValue()).isEmpty();
  }

  @Test
  void shouldSkipAHeightThatComesAgainUnchanged() {
    apply(BatchBuilder.at(1).tx("a=1", 0).write("sa", "1"));
    apply(BatchBuilder.at(2).tx("a=2", 0).tx("a=1", 1).write("sa", "2"));
    AppliedHeight before = store.applied();
    apply(BatchBuilder.at(1).tx("a=1", 0).write("sa", "1"));
    apply(
        BatchBuilder.at(1).tx("a=1", 0).write("sa", "1"),
        BatchBuilder.at(2).tx("a=2", 0).tx("a=1", 1).write("sa", "2"),
        BatchBuilder.at(3));
    assertThat(store.applied().getHeight()).isEqualTo(before.getHeight() + 1);
    assertThat(store.state(utf8("sa")).orElseThrow().getValue()).isEqualTo(utf8("2"));
  }

  @Test
  void shouldRefuseAHeightThatComesAgainChanged() {
    apply(BatchBuilder.at(1).tx("a=1", 0).write("sa", "1"));
    apply(BatchBuilder.at(2));
    assertThatThrownBy(() -> apply(BatchBuilder.at(1).tx("a=1", 0).write("sa", "2")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("block 1 comes again with other content");
    assertThatThrownBy(() -> apply(BatchBuilder.at(2).appHash(utf8("other"))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("6f74686572");
    assertThat(store.state(utf8("sa")).orElseThrow().getValue()).isEqualTo(utf8("1"));
  }

  @Test
  void shouldRefuseAHeightThatDoesNotFollow() {
    apply(BatchBuilder.at(4));
    assertThatThrownBy(() -> apply(BatchBuilder.at(6)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("block 6 does not follow block 4");
    assertThatThrownBy(() -> apply(BatchBuilder.at(5), BatchBuilder.at(5)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(store.applied().getHeight()).isEqualTo(4);
    apply(BatchBuilder.at(5));
    assertThat(store.applied().getHeight()).isEqualTo(5);
  }

  @Test
  void shouldPointToTheLastSuccessElseTheLastInclusion() {
    apply(
        BatchBuilder.at(1)
            .tx("failed twice", 1)
            .tx("then good", 1)
            .tx("failed twice", 1)
            .tx("good once", 0)
            .tx("good once", 1));
    requireAt("failed twice", 1, 2, false);
    requireAt("good once", 1, 3, true);
    apply(BatchBuilder.at(2).tx("good once", 1).tx("then good", 0).tx("failed twice", 1));
    requireAt("failed twice", 2, 2, false);
    requireAt("good once", 1, 3, true);
    requireAt("then good", 2, 1, true);
    apply(BatchBuilder.at(3).tx("then good", 0), BatchBuilder.at(4).tx("then good", 1));
    requireAt("then good", 3, 0, true);
    reopen();
    requireAt("then good", 3, 0, true);
  }

  private void requireAt(String tx, long height, int index, boolean success) {
    assertThat(store.locate(BatchBuilder.sha256(utf8(tx))))
        .hasValueSatisfying(
            location -> {
              assertThat(location.getHeight()).isEqualTo(height);
              assertThat(location.getIndex()).isEqualTo(index);
              assertThat(location.getSuccess()).isEqualTo(success);
            });
  }

  @Test
  void shouldScanStateInUnsignedOrderWithinItsBounds() {
    apply(
        BatchBuilder.at(1)
            .write(bytes(0x73, 0x80), utf8("high"))
            .write(bytes(0x73, 0x7f), utf8("low"))
            .write(bytes(0x73), utf8("short"))
            .write(bytes(0x73, 0x7f, 0x00), utf8("longer"))
            .write(bytes(0x74), utf8("past"))
            .write(bytes(0x72, 0xff), utf8("before")));
    List<String> seen = new ArrayList<>();
    store.scanState(
        bytes(0x73), bytes(0x74), (key, state) -> seen.add(state.getValue().toStringUtf8()));
    assertThat(seen).containsExactly("short", "low", "longer", "high");
  }

  @Test
  void shouldStopAScanWhenTold() {
    apply(BatchBuilder.at(1).write("sa", "1").write("sb", "2").write("sc", "3"));
    List<ByteString> seen = new ArrayList<>();
    store.scanState(
        utf8("s"),
        utf8("t"),
        (key, state) -> {
          seen.add(key);
          return seen.size() < 2;
        });
    assertThat(seen).containsExactly(utf8("sa"), utf8("sb"));
  }

  @Test
  void shouldScanCommitmentsInHeightOrderAndKeepThoseFromTheFloor() {
    long last = 1500;
    for (long height = 1; height <= last; height++) {
      long floor = height == last ? 1400 : 0;
      apply(BatchBuilder.at(height).commitment(utf8("c" + height)).commitmentFloor(floor));
    }
    Map<Long, ByteString> seen = new TreeMap<>();
    List<Long> order = new ArrayList<>();
    store.scanCommitments(
        (height, bytes) -> {
          seen.put(height, bytes);
          order.add(height);
        });
    assertThat(order).isSorted();
    assertThat(seen.keySet()).containsAll(LongStream.rangeClosed(1400, last).boxed().toList());
    seen.forEach((height, bytes) -> assertThat(bytes).isEqualTo(utf8("c" + height)));
  }

  @Test
  void shouldKeepMetaValues() {
    apply(BatchBuilder.at(1).meta("chain_id", utf8("varve-1")).meta("scheme", bytes(0, 255)));
    apply(BatchBuilder.at(2).meta("scheme", utf8("two")));
    reopen();
    assertThat(store.meta("chain_id")).contains(utf8("varve-1"));
    assertThat(store.meta("scheme")).contains(utf8("two"));
    assertThat(store.meta("absent")).isEmpty();
  }

  private static BlockSeal sealOf(long height) {
    return SealMaker.of(BatchBuilder.at(height).build().block());
  }

  @Test
  void shouldKeepSealsBesideTheirBlocks() {
    apply(BatchBuilder.at(1), BatchBuilder.at(2), BatchBuilder.at(3), BatchBuilder.at(4));
    AppliedHeight before = store.applied();
    assertThat(store.sealed()).isZero();
    assertThat(store.seal(1)).isEmpty();
    store.seal(List.of(sealOf(2), sealOf(3)));
    apply(BatchBuilder.at(5));
    for (int opened = 0; opened < 2; opened++) {
      assertThat(store.sealed()).isEqualTo(3);
      assertThat(store.seal(1)).isEmpty();
      assertThat(store.seal(2)).contains(sealOf(2));
      assertThat(store.seal(3)).contains(sealOf(3));
      assertThat(store.seal(4)).isEmpty();
      assertThat(store.seal(6)).isEmpty();
      assertThat(store.block(3)).contains(BatchBuilder.at(3).build().block());
      reopen();
    }
    // The same block again is still the same, and a lower one may be sealed later.
    apply(BatchBuilder.at(4), BatchBuilder.at(5));
    assertThat(store.applied().getHeight()).isEqualTo(before.getHeight() + 1);
    store.seal(List.of(sealOf(1), sealOf(2)));
    assertThat(store.sealed()).isEqualTo(3);
    assertThat(store.seal(1)).contains(sealOf(1));
    store.seal(List.of(sealOf(4), sealOf(5)));
    assertThat(store.sealed()).isEqualTo(5);
  }

  @Test
  void shouldTakeASealAgain() {
    apply(BatchBuilder.at(1), BatchBuilder.at(2));
    store.seal(List.of(sealOf(1), sealOf(2)));
    store.seal(List.of(sealOf(1)));
    assertThat(store.seal(1)).contains(sealOf(1));
    assertThat(store.seal(2)).contains(sealOf(2));
    assertThat(store.sealed()).isEqualTo(2);
  }

  @Test
  void shouldRefuseSealsOfBlocksThatItDoesNotHold() {
    apply(BatchBuilder.at(1), BatchBuilder.at(2));
    assertThatThrownBy(() -> store.seal(List.of(sealOf(2), sealOf(3))))
        .isInstanceOf(StorageException.Unavailable.class)
        .hasMessageContaining("block 3 cannot be sealed yet, the store ends with block 2");
    BlockSeal.Builder other = sealOf(2).toBuilder();
    other.getCommitBuilder().getBlockIdBuilder().setHash(utf8("another"));
    assertThatThrownBy(() -> store.seal(List.of(sealOf(1), other.build())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("616e6f74686572");
    assertThat(store.sealed()).isZero();
    assertThat(store.seal(1)).isEmpty();
    reopen();
    assertThat(store.seal(1)).isEmpty();
    store.seal(List.of(sealOf(1)));
    assertThat(store.seal(1)).isPresent();
  }

  @Test
  void shouldForceOnceForBlocksThatComeTogether() {
    apply(BatchBuilder.at(1));
    long before = store.forces();
    apply(BatchBuilder.at(2));
    assertThat(store.forces()).isGreaterThan(before);
  }

  @Test
  void shouldAnswerClosedAfterClose() {
    apply(BatchBuilder.at(1).write("sa", "1"));
    store.close();
    store.close();
    assertThatThrownBy(() -> store.state(utf8("sa"))).isInstanceOf(StorageException.Closed.class);
    assertThatThrownBy(() -> store.block(1)).isInstanceOf(StorageException.Closed.class);
    assertThatThrownBy(() -> apply(BatchBuilder.at(2))).isInstanceOf(StorageException.Closed.class);
  }
}
