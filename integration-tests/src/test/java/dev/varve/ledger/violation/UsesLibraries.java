package dev.varve.ledger.violation;

/** Breaks every rule on where a library or a part is used. */
final class UsesLibraries {
  org.rocksdb.RocksDB rocks;
  org.iq80.leveldb.DB level;
  net.openhft.chronicle.map.ChronicleMap<?, ?> chronicle;
  io.grpc.Server grpc;
  org.eclipse.jetty.server.Server jetty;
  org.tomlj.TomlTable toml;
  picocli.CommandLine commandLine;
  org.apache.shardingsphere.violation.Anything shardingSphere;
  dev.varve.storage.engine.violation.Anything engine;
  dev.varve.abci.v1.violation.Anything dialect;
}
