package dev.varve.storage.disk.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.varve.storage.DiskStore;
import dev.varve.storage.DiskStoreContract;
import dev.varve.storage.StorageException;
import dev.varve.storage.fault.Hooked;
import dev.varve.storage.fault.StoreKind;
import dev.varve.storage.fixture.BatchBuilder;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** RocksDB stands for the cluster. */
class ClusterStoreTest extends DiskStoreContract {
  private volatile boolean away;

  @Override
  protected DiskStore open(Path folder) {
    DiskStore cluster = StoreKind.ROCKSDB.open(folder.resolve("cluster"));
    return new ClusterStore(
        Hooked.of(DiskStore.class, cluster, this::requireHere),
        () -> !away,
        StoreKind.ROCKSDB.open(folder.resolve("local")),
        () -> {});
  }

  private void requireHere(String method, Object[] args) {
    if (away && !method.equals("close")) {
      throw new StorageException.Unavailable(method, null);
    }
  }

  @Test
  void shouldAnswerTheLedgerWithTheClusterAway() {
    BatchBuilder block =
        BatchBuilder.random(1, 20, 50, new Random(1))
            .write("k", "v")
            .commitment(ByteString.copyFromUtf8("c"));
    apply(block);
    away = true;
    reopen();
    assertThat(store.applied().getHeight()).isEqualTo(1);
    assertThat(store.state(ByteString.copyFromUtf8("k")))
        .hasValueSatisfying(state -> assertThat(state.getHeight()).isEqualTo(1));
    int[] commitments = {0};
    store.scanCommitments((height, bytes) -> commitments[0]++);
    assertThat(commitments[0]).isEqualTo(1);
    assertThatThrownBy(() -> store.block(1)).isInstanceOf(StorageException.Unavailable.class);
    assertThatThrownBy(() -> apply(BatchBuilder.at(2)))
        .isInstanceOf(StorageException.Unavailable.class);
    assertThat(store.applied().getHeight()).isEqualTo(1);
    away = false;
    apply(BatchBuilder.at(2));
    assertThat(store.applied().getHeight()).isEqualTo(2);
    assertThat(store.block(2)).isPresent();
  }
}
