package dev.varve.storage.disk.leveldb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.DiskStoreContract;
import dev.varve.storage.fixture.BatchBuilder;
import dev.varve.storage.fixture.SealMaker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LevelDbStoreTest extends DiskStoreContract {
  @Override
  protected DiskStore open(Path folder) {
    return LevelDbStore.open(folder, LevelDbConfig.defaults());
  }

  @Test
  void shouldBringAStoreOfVersionThreeUpToDate() throws IOException {
    BlockBatch first = BatchBuilder.at(1).build();
    store.apply(List.of(first));
    Files.writeString(folder.resolve("FORMAT"), "leveldb 3\n");
    reopen();
    assertThat(folder.resolve("FORMAT")).hasContent("leveldb 4\n");
    assertThat(store.block(1)).contains(first.block());
    store.seal(List.of(SealMaker.of(first.block())));
    assertThat(store.sealed()).isEqualTo(1);
  }

  @Test
  void shouldDeleteCommitmentsBelowTheFloorStepByStep() {
    openWithoutHistory();
    for (long height = 1; height <= 3000; height += 100) {
      List<BlockBatch> batches = new ArrayList<>();
      for (long each = height; each < height + 100; each++) {
        batches.add(BatchBuilder.at(each).build());
      }
      store.apply(batches);
    }
    apply(BatchBuilder.at(3001).commitmentFloor(2900));
    assertThat(keptCommitments()).startsWith(2049L).endsWith(3001L);
    openWithoutHistory();
    apply(BatchBuilder.at(3002).commitmentFloor(2900));
    assertThat(keptCommitments()).startsWith(2900L).hasSize(103);
  }

  private void openWithoutHistory() {
    store.close();
    store = LevelDbStore.open(folder, LevelDbConfig.defaults().withHistoryBlocks(0));
  }

  private List<Long> keptCommitments() {
    List<Long> kept = new ArrayList<>();
    store.scanCommitments((height, bytes) -> kept.add(height));
    return kept;
  }
}
