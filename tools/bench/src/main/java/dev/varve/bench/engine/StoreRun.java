package dev.varve.bench.engine;

import com.google.protobuf.ByteString;
import dev.varve.bench.report.Figure;
import dev.varve.bench.report.Figure.Target;
import dev.varve.bench.report.Progress;
import dev.varve.bench.report.Samples;
import dev.varve.fallback.io.FileTrees;
import dev.varve.node.ClusterGroups;
import dev.varve.sharding.Cluster;
import dev.varve.sharding.ClusterConfig;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.disk.sql.SqlGroup;
import dev.varve.storage.disk.sql.SqlNode;
import dev.varve.storage.disk.sql.SqlStore;
import dev.varve.storage.disk.sql.SqlStoreConfig;
import dev.varve.storage.engine.DiskPolicy;
import dev.varve.storage.memory.ChronicleMemoryStore;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.IntFunction;

/** One run of {@link StoreBench}. */
final class StoreRun {
  private static final double DRAIN_ROWS_PER_SECOND = 30_000;
  private static final long MEMORY_BYTES = 256 * EngineHome.MIB;
  // Besides these a block has a row in blocks, heights, history and commitments.
  private static final int ROWS_OF_A_TRANSACTION = 6;
  private static final int ROWS_OF_A_BLOCK = 4;
  private static final String STATE = "state by key";
  private static final String ROCKSDB = "RocksDB, the same blocks";

  private final Setup setup;
  private final int reads;
  private final String suffix = "_bench_" + UUID.randomUUID().toString().substring(0, 8);
  private final ClusterConfig config;
  private final SqlStoreConfig store = SqlStoreConfig.of(UUID.randomUUID().toString());
  private final ByteString[] keys;
  private final ByteString[] hashes;
  private final long[] heights;
  private final int[] indexes;
  private final List<Figure> figures = new ArrayList<>();

  StoreRun(StoreBench.Options options, Progress progress) {
    BlockMaker maker = new BlockMaker(options.txs(), options.txBytes());
    this.setup = new Setup(options.folder(), maker, options.blocks(), progress);
    this.reads = options.reads();
    this.config = ClusterConfig.load(options.cluster()).withDatabaseSuffix(suffix);
    this.keys = new ByteString[reads];
    this.hashes = new ByteString[reads];
    this.heights = new long[reads];
    this.indexes = new int[reads];
    Random random = new Random(1);
    for (int i = 0; i < reads; i++) {
      heights[i] = 1L + random.nextInt(options.blocks());
      indexes[i] = random.nextInt(options.txs());
      keys[i] = BlockMaker.stateKey(heights[i], indexes[i]);
    }
  }

  List<Figure> figures() throws IOException, InterruptedException, SQLException {
    Path folder = setup.folder("store");
    try (Cluster cluster = Cluster.open(config);
        Databases made = cluster::dropDatabases) {
      List<SqlGroup> groups = ClusterGroups.of(cluster);
      try (SqlStore opened = SqlStore.open(groups, store)) {
        opened.block(1); // Unavailable, with the reason, when a database is not reached
      }
      measure(folder, groups);
    } finally {
      FileTrees.delete(folder);
    }
    return figures;
  }

  /** What the run makes on the servers, be it on some of them only before it fails. */
  private interface Databases extends AutoCloseable {
    @Override
    void close() throws SQLException;
  }

  private void measure(Path folder, List<SqlGroup> groups)
      throws IOException, InterruptedException {
    RocksDbConfig embedded = RocksDbConfig.defaults();
    Map<String, Samples> baseline;
    double local;
    try (EngineHome home = new EngineHome(folder.resolve("embedded"), embedded)) {
      local = drain(home, "RocksDB");
      home.stop();
      try (DiskStore other = RocksDbStore.open(home.storeFolder(), embedded)) {
        baseline = read(other, "RocksDB");
      }
    }
    try (EngineHome home =
        new EngineHome(folder.resolve("cluster"), () -> SqlStore.open(groups, store))) {
      drained(drain(home, "the cluster"), local);
      rows("memory", Map.of(STATE, hits(home)), baseline);
    }
    if (groups.stream().flatMap(group -> group.nodes().stream()).anyMatch(SqlNode::isReplica)) {
      try (SqlStore routed = SqlStore.open(groups, store)) {
        EngineHome.await("the replicas", () -> isCaughtUp(routed));
        rows("replica", read(routed, "replicas"), baseline);
        requireAlmostNone("primaries", routed.reads().primaries(), routed.reads().replicas());
      }
    }
    try (Cluster primaries = Cluster.open(config.withoutReplicas());
        SqlStore alone = SqlStore.open(ClusterGroups.of(primaries), store)) {
      rows("primary", read(alone, "primaries"), baseline);
    }
  }

  private static boolean isCaughtUp(SqlStore store) {
    long applied = store.applied().getHeight();
    return store.replicas().stream().allMatch(replica -> replica.height() >= applied);
  }

  private static void requireAlmostNone(String where, long count, long others) {
    if (count * 100 > others) {
      throw new IllegalStateException(
          count + " reads were answered by " + where + ", " + others + " by replicas");
    }
  }

  /** Blocks a second from a log that is full of them. */
  private double drain(EngineHome home, String to) throws InterruptedException {
    int blocks = setup.blocks();
    StorageEngine down = home.open(DiskPolicy.BEHIND, ChronicleMemoryStore.MIN_BOUND_BYTES, true);
    for (int height = 1; height <= blocks; height++) {
      setup.show("blocks into the log for " + to, height, blocks);
      BlockBatch block = setup.maker().block(height);
      for (int i = 0; i < reads; i++) {
        if (heights[i] == height) {
          hashes[i] = block.txHashes().get(indexes[i]);
        }
      }
      down.commit(block);
    }
    home.stop();
    StorageEngine engine = home.open(DiskPolicy.BEHIND, MEMORY_BYTES, false);
    long start = System.nanoTime();
    long first = engine.status().diskHeight();
    setup.show("draining to " + to, first, blocks);
    home.awaitDrained();
    return (blocks - first) * 1e9 / (System.nanoTime() - start);
  }

  private void drained(double blocks, double local) {
    int txs = setup.maker().txs();
    long rows = (long) ROWS_OF_A_TRANSACTION * txs + ROWS_OF_A_BLOCK;
    figures.add(
        new Figure(
            "drain", "transactions", blocks * txs, "tx/s", ROCKSDB, local * txs, Target.NONE));
    figures.add(
        new Figure(
            "drain",
            "rows",
            blocks * rows,
            "rows/s",
            "-",
            Double.NaN,
            Target.atLeast(DRAIN_ROWS_PER_SECOND)));
  }

  /** Keys that were written just now, and are in memory because of that. */
  private Samples hits(EngineHome home) throws InterruptedException {
    StorageEngine engine = home.engine();
    home.awaitMemory();
    long height = setup.blocks() + 1L;
    engine.commit(setup.maker().block(height));
    home.awaitDrained();
    int txs = setup.maker().txs();
    List<ByteString> held = new ArrayList<>();
    for (int i = 0; i < txs; i++) {
      ByteString key = BlockMaker.stateKey(height, i);
      if (home.holdsState(key)) {
        held.add(key);
      }
    }
    if (held.isEmpty()) {
      throw new IllegalStateException("memory holds none of the keys written last");
    }
    return new Reads(reads).each(i -> engine.state(held.get(i % held.size())).orElse(null));
  }

  private Map<String, Samples> read(DiskStore from, String name) {
    Map<String, IntFunction<Object>> kinds = new LinkedHashMap<>();
    kinds.put(STATE, i -> from.state(keys[i % reads]).orElse(null));
    kinds.put("place of a transaction by hash", i -> from.locate(hashes[i % reads]).orElse(null));
    kinds.put(
        "64 transactions by position",
        i -> {
          int slice = indexes[i % reads] / DiskStore.SLICE_LENGTH;
          List<ByteString> txs = from.transactions(heights[i % reads], slice);
          return txs.isEmpty() ? null : txs;
        });
    Map<String, Samples> samples = new LinkedHashMap<>();
    kinds.forEach(
        (what, kind) -> {
          setup.show("reading from " + name, samples.size(), kinds.size());
          samples.put(what, new Reads(reads).each(kind));
        });
    return samples;
  }

  private void rows(String from, Map<String, Samples> samples, Map<String, Samples> baseline) {
    samples.forEach(
        (what, taken) -> {
          for (int percent : new int[] {50, 99}) {
            figures.add(
                new Figure(
                    from,
                    what + ", p" + percent,
                    Reads.us(taken, percent),
                    "us",
                    ROCKSDB,
                    Reads.us(baseline.get(what), percent),
                    Target.NONE));
          }
        });
  }
}
