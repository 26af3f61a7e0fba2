package dev.varve.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.engine.DiskPolicy;
import dev.varve.storage.engine.EngineConfig;
import dev.varve.storage.engine.TieredEngine;
import dev.varve.storage.fault.FaultyStore;
import dev.varve.storage.fixture.Logs;
import dev.varve.storage.memory.ChronicleMemoryStore;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.BlockSeal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BlockSealerTest {
  private static final BlockSealer.Pauses SHORT =
      new BlockSealer.Pauses(Duration.ofMillis(1), Duration.ofMillis(1), Duration.ofMillis(20));

  @TempDir private Path folder;
  private FakeNode node;
  private FaultyStore disk;
  private TieredEngine engine;
  private BlockSealer sealer;

  @BeforeEach
  void open() throws IOException {
    node = new FakeNode();
    openEngine(RocksDbConfig.defaults());
  }

  private void openEngine(RocksDbConfig config) {
    disk = new FaultyStore(RocksDbStore.open(folder.resolve("store"), config));
    engine =
        TieredEngine.open(
            disk,
            Logs.forced(folder.resolve("log")),
            () -> ChronicleMemoryStore.create(ChronicleMemoryStore.MIN_BOUND_BYTES),
            () -> Logs.bridge(folder.resolve("bridge")),
            EngineConfig.of(DiskPolicy.THROUGH));
  }

  @AfterEach
  void close() {
    if (sealer != null) {
      sealer.close();
    }
    engine.close();
    node.close();
  }

  /** As when the node has decided them: the application is given each after the node kept it. */
  private void commit(int first, int last) {
    for (long height = first; height <= last; height++) {
      node.latest = height;
      engine.commit(FakeNode.batch(height));
    }
  }

  private void start() {
    sealer = new BlockSealer(engine, node.uri(), SHORT).start();
  }

  private void restart() {
    sealer.close();
    node.requests.clear();
    start();
  }

  private void awaitSealed(long height) {
    await(() -> engine.sealed() == height);
  }

  private void await(BooleanSupplier reached) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!reached.getAsBoolean()) {
      assertThat(System.nanoTime())
          .as("given up at block %d: %s", engine.sealed(), sealer.problem())
          .isLessThan(end);
      try {
        Thread.sleep(1);
      } catch (InterruptedException e) {
        throw new IllegalStateException("interrupted", e);
      }
    }
  }

  private BlockRecord block(long height) {
    return engine.block(height).orElseThrow();
  }

  private void requireComplete(long first, long last) {
    for (long height = first; height <= last; height++) {
      assertThat(block(height).getComplete()).as("block %d", height).isTrue();
      assertThat(block(height).getSeal()).isEqualTo(FakeNode.seal(height));
    }
  }

  private void requirePartial(long height) {
    assertThat(block(height)).isEqualTo(FakeNode.batch(height).block());
  }

  @Test
  void shouldCompleteBlocksOneBehindTheLast() {
    commit(1, 70);
    start();
    awaitSealed(69);
    requireComplete(1, 69);
    requirePartial(70);
    commit(71, 71);
    awaitSealed(70);
    requireComplete(70, 70);
    assertThat(sealer.problem()).isEmpty();
    assertThat(sealer.sealedHeight()).isEqualTo(70);
  }

  @Test
  void shouldGoOnWhereItWas() {
    commit(1, 10);
    start();
    awaitSealed(9);
    restart();
    commit(11, 12);
    awaitSealed(11);
    assertThat(node.requests).containsExactly("/commit?height=10", "/commit?height=11");
  }

  @Test
  void shouldLeaveBlocksPartialThatTheNodeHasDropped() {
    commit(1, 10);
    node.earliest = 6;
    start();
    awaitSealed(9);
    requireComplete(6, 9);
    requirePartial(5);
    requirePartial(1);
    assertThat(sealer.problem()).isEmpty();
    // It drops more while it is asked.
    commit(11, 11);
    awaitSealed(10);
  }

  @Test
  void shouldPassOverBlocksThatWereDroppedHere() {
    commit(1, 30);
    engine.close();
    openEngine(RocksDbConfig.defaults().withHistoryBlocks(1).withRetainBlocks(5));
    while (disk.prune()) {
      assertThat(disk.chainFloor()).isLessThan(31);
    }
    assertThat(engine.status().chainFloor()).isEqualTo(26);
    start();
    awaitSealed(29);
    assertThat(node.requests).contains("/commit?height=26").doesNotContain("/commit?height=25");
    requireComplete(26, 29);
  }

  @Test
  void shouldPassOverHeightsBeforeTheFirst() {
    commit(100, 103);
    start();
    awaitSealed(102);
    requireComplete(100, 102);
  }

  private static BlockSeal.Builder altered(long height) {
    return FakeNode.seal(height).toBuilder();
  }

  private void requireRefused(BlockSeal.Builder altered, String words) {
    node.altered.put(4L, altered.build());
    commit(1, 8);
    start();
    await(() -> sealer.refusals() > 1);
    assertThat(engine.sealed()).isEqualTo(3);
    assertThat(sealer.problem())
        .startsWith("the header of block 4 that the node at " + node.uri() + " gives is refused: ")
        .contains(words);
    requireComplete(1, 3);
    requirePartial(4);
    node.altered.clear();
    awaitSealed(7);
    requireComplete(4, 7);
    await(() -> sealer.problem().isEmpty());
  }

  @Test
  void shouldRefuseAHeaderThatDoesNotHashToTheBlock() {
    BlockSeal.Builder other = altered(4);
    other.getHeaderBuilder().setConsensusHash(ByteString.copyFromUtf8("other"));
    requireRefused(other, "hash is ");
  }

  @Test
  void shouldRefuseAnotherHeight() {
    requireRefused(altered(5), "height is 5 there and 4 here");
  }

  @Test
  void shouldRefuseACommitForAnotherBlock() {
    BlockSeal.Builder other = altered(4);
    other.getCommitBuilder().getBlockIdBuilder().setHash(ByteString.copyFromUtf8("other"));
    requireRefused(other, "hash in its commit is 6F74686572 there");
  }

  @ParameterizedTest
  @EnumSource(
      value = FakeNode.Mood.class,
      names = {"GARBAGE", "ERROR", "ENDLESS"})
  void shouldTryOnWhileTheNodeAnswersNothingOfUse(FakeNode.Mood mood) {
    node.mood = mood;
    commit(1, 4);
    start();
    await(() -> !sealer.problem().isEmpty());
    commit(5, 6);
    assertThat(engine.sealed()).isZero();
    assertThat(sealer.problem()).startsWith("the node at " + node.uri());
    node.mood = FakeNode.Mood.WELL;
    awaitSealed(5);
    await(() -> sealer.problem().isEmpty());
    assertThat(sealer.refusals()).isZero();
  }

  @Test
  void shouldGoOnWhenTheNodeHasCaughtUp() {
    commit(1, 6);
    node.latest = 3;
    start();
    awaitSealed(2);
    // Its last block has no final commit yet.
    await(() -> node.requests.stream().filter("/commit?height=3"::equals).count() > 2);
    requirePartial(3);
    assertThat(sealer.problem()).isEmpty();
    node.latest = 4;
    awaitSealed(3);
    node.latest = 2;
    await(() -> sealer.problem().contains("less than or equal to the current"));
    node.latest = 6;
    awaitSealed(5);
    requireComplete(1, 5);
  }

  @Test
  void shouldWaitWhileTheDiskStoreIsDown() {
    commit(1, 3);
    disk.set(FaultyStore.Fault.UNAVAILABLE);
    commit(4, 6);
    start();
    await(() -> !sealer.problem().isEmpty());
    assertThat(engine.sealed()).isZero();
    commit(7, 8);
    assertThat(engine.applied().getHeight()).isEqualTo(8);
    disk.set(FaultyStore.Fault.NONE);
    awaitSealed(7);
    requireComplete(1, 7);
  }

  @Test
  void shouldEndWhileTheNodeIsSilent() {
    node.mood = FakeNode.Mood.SILENT;
    commit(1, 3);
    start();
    await(() -> !node.requests.isEmpty());
    sealer.close();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("varve-uplink-seal"));
    assertThat(engine.sealed()).isZero();
  }
}
