package dev.varve.node;

import dev.varve.abci.AbciServer;
import dev.varve.abci.AbciServerConfig;
import dev.varve.abci.AbciServerException;
import dev.varve.ledger.Ledger;
import dev.varve.ledger.LedgerConfig;
import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.engine.EngineConfig;
import dev.varve.storage.engine.TieredEngine;
import dev.varve.storage.memory.ChronicleMemoryStore;
import java.util.Locale;

/** Builds the objects of a node, bottom up, and adds to the parts what must be closed. */
final class Wiring {
  private final NodeConfig config;
  private final Parts parts;

  Wiring(NodeConfig config, Parts parts) {
    this.config = config;
    this.parts = parts;
  }

  VarveNode start() {
    NodeMetrics metrics = parts.add("metrics", new NodeMetrics());
    DiskStore disk = RocksDbStore.open(config.disk().path(), rocksDb(config.disk()));
    StorageEngine engine =
        parts.add(
            "storage engine",
            TieredEngine.open(
                new MeteredDiskStore(disk, metrics),
                () ->
                    new MeteredMemoryStore(
                        ChronicleMemoryStore.create(config.memory().bytes()), metrics),
                EngineConfig.defaults()));
    metrics.observe(engine::status);
    Ledger ledger =
        new Ledger(engine, new LedgerConfig(Version.current(), config.retain().blocks()));
    VarveNode node = new VarveNode(parts, engine, ledger::chainId, metrics);
    serve(ledger, node, metrics);
    if (config.http().enabled()) {
      parts.add("HTTP server", NodeHttp.start(config.http().address(), metrics, node::status));
    }
    return node;
  }

  private void serve(Ledger ledger, VarveNode node, NodeMetrics metrics) {
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
          AbciServer.start(server, new MeteredApplication(ledger, metrics, node::failed)));
    } catch (AbciServerException e) {
      throw new NodeException(e.getMessage(), e);
    }
  }

  static RocksDbConfig rocksDb(NodeConfig.Disk disk) {
    return new RocksDbConfig(disk.blockCacheBytes(), disk.walBytes(), disk.jobs());
  }
}
