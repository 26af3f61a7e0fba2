package dev.varve.it.sql;

import com.google.protobuf.ByteString;
import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.disk.sql.ReadCounts;
import dev.varve.storage.disk.sql.SqlStore;
import dev.varve.storage.fixture.BatchBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Measures how fast a backlog of blocks goes to a cluster, and how long reads take from a replica
 * and from the primary. Run by hand: {@code SqlStoreBench [layout] [blocks] [transactions]}.
 */
final class SqlStoreBench {
  private static final int TX_BYTES = 250;
  private static final int GROUP_BYTES = 8 << 20;
  private static final int READS = 2_000;

  private SqlStoreBench() {}

  public static void main(String[] args) throws Exception {
    Layout layout = Layout.valueOf(args.length > 0 ? args[0] : "ONE_PRIMARY");
    int blocks = args.length > 1 ? Integer.parseInt(args[1]) : 60;
    int txs = args.length > 2 ? Integer.parseInt(args[2]) : 2_000;
    Path folder = Files.createTempDirectory("bench");
    try (SqlStore store = SqlFixture.of(layout).open(folder, 10_000, 0)) {
      Random random = new Random(1);
      List<BlockBatch> warm = blocks(1, 10, txs, random);
      store.apply(warm);
      List<BlockBatch> backlog = blocks(11, blocks, txs, random);
      drain(store, backlog);
      drain(store, blocks(11 + blocks, blocks, txs, random));
      awaitReplicas(store);
      read(store, "replica", backlog);
      SqlFixture.of(layout).stopReplicas();
      store.apply(blocks(11 + 2L * blocks, 1, 10, random));
      read(store, "primary (state, locations), replica (transactions)", backlog);
      SqlFixture.of(layout).startReplicas();
    }
    System.exit(0);
  }

  private static List<BlockBatch> blocks(long first, int count, int txs, Random random) {
    List<BlockBatch> blocks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      BatchBuilder batch =
          BatchBuilder.at(first + i).commitment(BatchBuilder.randomBytes(100, random));
      for (int tx = 0; tx < txs; tx++) {
        ByteString bytes = BatchBuilder.randomBytes(TX_BYTES, random);
        batch.tx(bytes, 0);
        ByteString key = ByteString.copyFromUtf8("\u0000key-" + random.nextInt(1_000_000_000));
        if (tx % 10 == 0) {
          batch.write(key, bytes);
        } else {
          batch.writeFresh(key, bytes);
        }
      }
      blocks.add(batch.build());
    }
    return blocks;
  }

  /** In groups as the drainer makes them. */
  private static void drain(SqlStore store, List<BlockBatch> backlog) {
    long rows = 0;
    long start = System.nanoTime();
    List<BlockBatch> group = new ArrayList<>();
    long bytes = 0;
    for (BlockBatch batch : backlog) {
      group.add(batch);
      // Transaction, location, result, log, attribute, state; block, heights, history, commitment.
      rows += 5L * batch.txs().size() + batch.stateWrites().size() + 4;
      bytes += batch.txs().size() * 700L;
      if (bytes > GROUP_BYTES || group.size() == 64) {
        store.apply(List.copyOf(group));
        group.clear();
        bytes = 0;
      }
    }
    if (!group.isEmpty()) {
      store.apply(group);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "drained %d blocks, %d rows in %.1f s: %.0f rows/s%n",
        backlog.size(), rows, seconds, rows / seconds);
  }

  private static void awaitReplicas(SqlStore store) throws InterruptedException {
    long start = System.nanoTime();
    while (store.replicas().stream().anyMatch(r -> r.height() < store.applied().getHeight())) {
      Thread.sleep(10);
    }
    System.out.printf("replicas caught up %.1f s later%n", (System.nanoTime() - start) / 1e9);
  }

  private static void read(SqlStore store, String from, List<BlockBatch> blocks) {
    Random random = new Random(2);
    for (int round = 0; round < 2; round++) {
      ReadCounts before = store.reads();
      long[] locate = new long[READS];
      long[] slice = new long[READS];
      long[] state = new long[READS];
      for (int i = 0; i < READS; i++) {
        BlockBatch block = blocks.get(random.nextInt(blocks.size()));
        int tx = random.nextInt(block.txs().size());
        long start = System.nanoTime();
        check(store.locate(block.txHashes().get(tx)).isPresent());
        long located = System.nanoTime();
        check(!store.transactions(block.height(), tx / DiskStore.SLICE_LENGTH).isEmpty());
        long read = System.nanoTime();
        int write = tx % block.stateWrites().size();
        check(store.state(block.stateWrites().get(write).key()).isPresent());
        locate[i] = located - start;
        slice[i] = read - located;
        state[i] = System.nanoTime() - read;
      }
      ReadCounts counts = store.reads().since(before);
      System.out.printf(
          "from %s: locate %s, 64 transactions %s, state %s; %d replica reads, %d primary reads%n",
          from,
          percentiles(locate),
          percentiles(slice),
          percentiles(state),
          counts.replicas(),
          counts.primaries());
    }
  }

  private static String percentiles(long[] nanos) {
    Arrays.sort(nanos);
    return String.format(
        "p50 %d us, p99 %d us",
        nanos[nanos.length / 2] / 1000, nanos[nanos.length * 99 / 100] / 1000);
  }

  private static void check(boolean found) {
    if (!found) {
      throw new AssertionError("a record is missing");
    }
  }
}
