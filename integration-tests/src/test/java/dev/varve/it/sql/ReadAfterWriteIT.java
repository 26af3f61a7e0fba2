package dev.varve.it.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.sharding.fixture.RandomLag;
import dev.varve.sharding.fixture.TestCluster;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.disk.sql.ReadCounts;
import dev.varve.storage.disk.sql.SqlStore;
import dev.varve.storage.fixture.BatchBuilder;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A read that follows a write never misses it and never sees an older value, whatever lags. */
@NeedsDatabase
class ReadAfterWriteIT {
  private static final int BLOCKS = 200;
  private static final int PAIRS = 50;
  private static final int CATCH_UP = 8; // blocks

  @TempDir Path folder;

  @AfterEach
  void mend() throws Exception {
    TestCluster.shared().mend();
  }

  /** 10,000 new keys and transactions, and 10,000 keys written over. */
  @Test
  void shouldSeeEachWriteWhileReplicasStopAndGo() throws Exception {
    long seed = Long.getLong("varve.seed", System.nanoTime());
    System.out.println(getClass().getName() + " -Dvarve.seed=" + seed);
    Random random = new Random(seed);
    SqlFixture fixture = SqlFixture.of(Layout.TWO_GROUPS);
    RandomLag lag = new RandomLag(TestCluster.shared(), random);
    try (SqlStore store = fixture.open(folder, 1_000, 0)) {
      for (int height = 1; height <= BLOCKS; height++) {
        lag.step();
        BlockBatch batch = block(height, random);
        store.apply(List.of(batch));
        if (height % CATCH_UP == 0) {
          lag.catchUp();
          SqlFixture.awaitReplicas(store, height);
        }
        for (int i = 0; i < PAIRS; i++) {
          requireSeen(store, batch, i, seed);
        }
      }
      ReadCounts reads = store.reads();
      System.out.println(reads);
      // Three of what changes to a pair; replicas have caught up for an eighth of them at least.
      assertThat(reads.movingOfReplicas()).isGreaterThan(3L * BLOCKS * PAIRS / 10);
      assertThat(reads.primaries()).isGreaterThan(3L * BLOCKS * PAIRS / 20);
    }
  }

  private static BlockBatch block(int height, Random random) {
    BatchBuilder batch = BatchBuilder.at(height);
    for (int i = 0; i < PAIRS; i++) {
      ByteString value = BatchBuilder.randomBytes(20, random);
      batch.tx(value, 0);
      batch.write(ByteString.copyFromUtf8("snew-" + height + "-" + i), value);
      batch.write(ByteString.copyFromUtf8("sover-" + i), value);
    }
    return batch.build();
  }

  private static void requireSeen(SqlStore store, BlockBatch batch, int i, long seed) {
    String what = "block " + batch.height() + ", pair " + i + ", seed " + seed;
    ByteString value = batch.txs().get(i);
    String created = "snew-" + batch.height() + "-" + i;
    assertThat(store.state(ByteString.copyFromUtf8(created)).orElseThrow().getValue())
        .as(what)
        .isEqualTo(value);
    assertThat(store.state(ByteString.copyFromUtf8("sover-" + i)).orElseThrow().getValue())
        .as(what)
        .isEqualTo(value);
    assertThat(store.locate(batch.txHashes().get(i)).orElseThrow().getHeight())
        .as(what)
        .isEqualTo(batch.height());
    if (i == 0) {
      assertThat(store.transactions(batch.height(), 0)).as(what).isEqualTo(batch.txs());
    }
  }
}
