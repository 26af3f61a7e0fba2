package dev.varve.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.storage.BlockBatch;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.fault.Seeds;
import dev.varve.storage.fixture.BatchBuilder;
import dev.varve.storage.fixture.SealMaker;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.BlockSeal;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealedBlocksTest {
  @TempDir private Path folder;
  private final long seed = Seeds.seed(SealedBlocksTest.class);
  private SyncHome home;

  @BeforeEach
  void open() {
    home = new SyncHome(folder, DiskPolicy.THROUGH, seed).open();
    home.awaitWarm();
    for (long height = 1; height <= 3; height++) {
      home.engine().commit(batch(height));
    }
    home.engine().awaitFilled();
  }

  @AfterEach
  void close() {
    home.close();
  }

  private static BlockBatch batch(long height) {
    return BatchBuilder.at(height).tx("t" + height, 0).write("s", "v" + height).build();
  }

  private static BlockSeal sealOf(long height) {
    return SealMaker.of(batch(height).block());
  }

  private void seal(long height) {
    home.engine().seal(List.of(sealOf(height)));
  }

  private BlockRecord block(long height) {
    return home.engine().block(height).orElseThrow();
  }

  private static BlockRecord complete(long height) {
    return batch(height).block().toBuilder().setSeal(sealOf(height)).setComplete(true).build();
  }

  private boolean isInMemory(long height) {
    return home.memory().peek(Keys.typed(RecordType.SEAL, Keys.height(height))).isPresent();
  }

  private static void down(String method, Object[] args) {
    if (!List.of("applied", "chainFloor", "sealed", "close", "diskBytes").contains(method)) {
      throw new StorageException.Unavailable("injected into " + method, null);
    }
  }

  @Test
  void shouldAnswerNoPartialBlockOnceItIsSealed() {
    assertThat(home.holds(RecordType.BLOCK, 1, 0)).isTrue();
    assertThat(block(1)).isEqualTo(batch(1).block());
    seal(1);
    assertThat(block(1)).isEqualTo(complete(1));
    assertThat(block(2)).isEqualTo(batch(2).block());
    assertThat(home.engine().sealed()).isEqualTo(1);
    assertThat(home.engine().applied().getHeight()).isEqualTo(3);
    home.reopen();
    home.awaitWarm();
    assertThat(block(1)).isEqualTo(complete(1));
    assertThat(block(2)).isEqualTo(batch(2).block());
  }

  @Test
  void shouldAnswerFromMemoryAlone() {
    seal(1);
    seal(2);
    home.engine().awaitFilled();
    assertThat(isInMemory(2)).isTrue();
    home.onDisk(SealedBlocksTest::down);
    assertThat(block(1)).isEqualTo(complete(1));
    assertThat(block(2)).isEqualTo(complete(2));
    assertThat(block(3)).isEqualTo(batch(3).block());
    home.onDisk(SyncHome.NOTHING);
  }

  @Test
  void shouldReadBackIntoMemory() {
    seal(2);
    home.reopen();
    home.awaitWarm();
    assertThat(isInMemory(2)).isFalse();
    home.onDisk(SealedBlocksTest::down);
    // The block itself is in memory; what was written of its header cannot be had now.
    assertThat(block(2)).isEqualTo(batch(2).block());
    home.onDisk(SyncHome.NOTHING);
    assertThat(block(2)).isEqualTo(complete(2));
    home.engine().awaitFilled();
    assertThat(isInMemory(2)).isTrue();
  }

  @Test
  void shouldRefuseToSealWhileTheDiskStoreIsDown() {
    seal(1);
    home.onDisk(SealedBlocksTest::down);
    home.engine().commit(batch(4));
    assertThatThrownBy(() -> seal(2))
        .isInstanceOf(StorageException.Unavailable.class)
        .hasMessageContaining("blocks cannot be sealed, disk store down: injected into apply");
    assertThat(home.engine().sealed()).isEqualTo(1);
    assertThat(block(4)).isEqualTo(batch(4).block());
    home.onDisk(SyncHome.NOTHING);
    home.await(
        () -> {
          home.pass(1);
          return home.engine().status().diskHeight() == 4;
        });
    seal(2);
    seal(4);
    assertThat(block(4)).isEqualTo(complete(4));
  }

  @Test
  void shouldTakeFromMemoryWhatTheDiskStoreLost() {
    seal(1);
    home.engine().awaitFilled();
    StoredRecord lost = new RecordEncoder().message(RecordType.SEAL, Keys.height(2), sealOf(2));
    home.memory().put(lost.key(), lost.value());
    for (int run = 0; run < 50 && isInMemory(2); run++) {
      home.run();
    }
    assertThat(isInMemory(2)).as("seed %d", seed).isFalse();
    assertThat(isInMemory(1)).isTrue();
    assertThat(home.sync().diskCorruptions()).isZero();
  }
}
