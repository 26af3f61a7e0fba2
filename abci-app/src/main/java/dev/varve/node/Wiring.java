package dev.varve.node;

import dev.varve.abci.AbciServer;
import dev.varve.abci.AbciServerConfig;
import dev.varve.abci.AbciServerException;
import dev.varve.fallback.Durability;
import dev.varve.fallback.FallbackLog;
import dev.varve.fallback.LogConfig;
import dev.varve.fallback.io.RealFileIo;
import dev.varve.gateway.BlockSealer;
import dev.varve.gateway.EngineChain;
import dev.varve.gateway.UplinkException;
import dev.varve.gateway.http.GatewayPages;
import dev.varve.ledger.Ledger;
import dev.varve.ledger.LedgerConfig;
import dev.varve.sharding.Cluster;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.disk.leveldb.LevelDbConfig;
import dev.varve.storage.disk.leveldb.LevelDbStore;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.engine.DiskPolicy;
import dev.varve.storage.engine.EngineConfig;
import dev.varve.storage.engine.TieredEngine;
import dev.varve.storage.memory.ChronicleMemoryStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** Builds the objects of a node, bottom up, and adds to the parts what must be closed. */
final class Wiring {
  /** Folder of the disk store's log, in that of the fallback logs. */
  static final String DISK_LOG = "disk";

  private static final String LEDGER_FOLDER = "ledger";

  private final NodeHome home;
  private final NodeConfig config;
  private final Parts parts;

  Wiring(NodeHome home, NodeConfig config, Parts parts) {
    this.home = home;
    this.config = config;
    this.parts = parts;
  }

  VarveNode start() {
    UplinkWiring uplink = new UplinkWiring(home, config, parts);
    if (config.http().enabled()) {
      // Before stores are opened: what cannot be had takes no time to tell.
      uplink.check();
    }
    warmUp();
    NodeMetrics metrics = parts.add("metrics", new NodeMetrics());
    AtomicReference<Cluster> cluster = new AtomicReference<>();
    Consumer<Cluster> opened =
        databases -> {
          metrics.observe(databases);
          cluster.set(databases);
        };
    StorageEngine engine =
        parts.add(
            "storage engine",
            engine(
                disk(home, config, opened),
                config.fallback().path(),
                config.memory().bytes(),
                metrics));
    metrics.observe(engine::status);
    LedgerConfig settings = new LedgerConfig(Version.current(), config.retain().nodeBlocks());
    AtomicReference<EngineChain> follower = new AtomicReference<>();
    Ledger ledger =
        parts.add(
            "ledger",
            new Ledger(new ToldEngine(engine, batch -> tell(follower.get(), batch)), settings));
    VarveNode node = new VarveNode(parts, engine, ledger::chainId, metrics);
    PendingQueries queries = new PendingQueries(ledger::query);
    if (config.http().enabled()) {
      EngineChain chain = new EngineChain(engine, ledger::query, ledger::checkTx);
      follower.set(chain);
      queries.use(
          uplink.start(
              new UplinkWiring.Ground(
                  chain, () -> chainId(ledger), Optional.ofNullable(cluster.get())),
              metrics,
              gateway -> pages(metrics, node)));
      parts.add("block sealer", new BlockSealer(engine, config.gateway().node()).start());
    }
    serve(ledger, queries, node, metrics);
    return node;
  }

  private static GatewayPages pages(NodeMetrics metrics, VarveNode node) {
    return new GatewayPages(
        metrics::scrape,
        () -> new GatewayPages.Health(node.status().healthy(), node.status().health()),
        () -> node.status().toJson(),
        metrics.requests());
  }

  private static String chainId(Ledger ledger) {
    return ledger
        .chainId()
        .orElseThrow(
            () -> new UplinkException.Unavailable("the chain has not committed a block yet", null));
  }

  private static void tell(EngineChain follower, BlockBatch batch) {
    if (follower != null) {
      follower.committed(batch);
    }
  }

  private void warmUp() {
    NodeMetrics metrics = new NodeMetrics();
    new WarmUp(
            config.start().warmUpFolder(),
            folder ->
                engine(
                    embedded(config, folder.resolve("store")),
                    folder.resolve("log"),
                    ChronicleMemoryStore.MIN_BOUND_BYTES,
                    metrics),
            metrics)
        .run(config.start().warmUpMillis());
    metrics.close();
  }

  private StorageEngine engine(
      DiskStore disk, Path logPath, long memoryBytes, NodeMetrics metrics) {
    List<AutoCloseable> opened = new ArrayList<>();
    opened.add(disk);
    try {
      FallbackLog log =
          log(config, logPath.resolve(DISK_LOG), config.fallback().bytes(), Durability.FORCED);
      opened.add(log);
      // A full one costs a refill of memory, and no block.
      int segment = config.fallback().segmentBytes();
      long bridgeBytes =
          Math.min(
              Math.max(memoryBytes, LogConfig.leastBytes(segment)), LogConfig.mostBytes(segment));
      return TieredEngine.open(
          new MeteredDiskStore(disk, metrics),
          log,
          () -> new MeteredMemoryStore(ChronicleMemoryStore.create(memoryBytes), metrics),
          () -> log(config, logPath.resolve("memory"), bridgeBytes, Durability.VOLATILE),
          EngineConfig.of(DiskPolicy.valueOf(config.disk().policy().toUpperCase(Locale.ROOT)))
              .withSyncPeriod(config.sync().period()));
    } catch (RuntimeException e) {
      opened.forEach(part -> close(part, e));
      throw e;
    }
  }

  /** The disk store of a home, for one who also writes to it; {@code cluster} is told, if any. */
  static DiskStore disk(NodeHome home, NodeConfig config, Consumer<Cluster> cluster) {
    DiskStore store =
        config.disk().store().equals("mysql")
            ? ClusterDisk.open(
                home,
                config,
                () -> RocksDbStore.open(ledgerPath(config), ledgerDb(config)),
                cluster)
            : embedded(config, config.disk().path());
    return StoreMarks.requireFinished(store, home.path().toString());
  }

  /** A store of the configured kind in a folder; beside a cluster, of the kind that it needs. */
  static DiskStore embedded(NodeConfig config, Path path) {
    return config.disk().store().equals("leveldb")
        ? LevelDbStore.open(path, levelDb(config))
        : RocksDbStore.open(path, rocksDb(config));
  }

  /** Where a node with a cluster keeps what its ledger needs. */
  static Path ledgerPath(NodeConfig config) {
    return config.disk().path().resolve(LEDGER_FOLDER);
  }

  /** Its blocks are in the cluster: of its own it keeps those that its history needs. */
  static RocksDbConfig ledgerDb(NodeConfig config) {
    return rocksDb(config).withRetainBlocks(1);
  }

  private static void close(AutoCloseable part, RuntimeException cause) {
    try {
      part.close();
    } catch (Exception e) {
      cause.addSuppressed(e);
    }
  }

  /** The log in front of the disk store. */
  static FallbackLog diskLog(NodeConfig config) {
    return log(
        config,
        config.fallback().path().resolve(DISK_LOG),
        config.fallback().bytes(),
        Durability.FORCED);
  }

  private static FallbackLog log(
      NodeConfig config, Path folder, long bytes, Durability durability) {
    NodeConfig.Fallback settings = config.fallback();
    return FallbackLog.open(
        new LogConfig(folder, settings.segmentBytes(), bytes, settings.freeBytes(), durability),
        new RealFileIo());
  }

  private void serve(Ledger ledger, PendingQueries queries, VarveNode node, NodeMetrics metrics) {
    NodeConfig.Abci abci = config.abci();
    AbciServerConfig server =
        new AbciServerConfig(
            abci.address(),
            AbciServerConfig.Transport.valueOf(abci.transport().toUpperCase(Locale.ROOT)),
            abci.maxMessageBytes(),
            AbciServerConfig.DEFAULT_MAX_CONNECTIONS,
            "abci");
    try {
      parts.add(
          "ABCI server",
          AbciServer.start(
              server,
              new MeteredApplication(ledger, queries::query, metrics, node::called, node::failed)));
    } catch (AbciServerException e) {
      throw new NodeException(e.getMessage(), e);
    }
  }

  static LevelDbConfig levelDb(NodeConfig config) {
    return LevelDbConfig.defaults()
        .withHistoryBlocks(config.history().blocks())
        .withRetainBlocks(config.retain().blocks());
  }

  static RocksDbConfig rocksDb(NodeConfig config) {
    NodeConfig.Disk disk = config.disk();
    return new RocksDbConfig(disk.blockCacheBytes(), disk.walBytes(), disk.jobs())
        .withHistoryBlocks(config.history().blocks())
        .withRetainBlocks(config.retain().blocks());
  }
}
