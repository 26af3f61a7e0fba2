package dev.varve.it;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.varve.abci.AbciApplication;
import dev.varve.abci.AbciServer;
import dev.varve.abci.AbciServerConfig;
import dev.varve.fallback.Durability;
import dev.varve.fallback.FallbackLog;
import dev.varve.fallback.LogConfig;
import dev.varve.fallback.io.RealFileIo;
import dev.varve.ledger.Ledger;
import dev.varve.ledger.LedgerConfig;
import dev.varve.node.NodeConfig;
import dev.varve.node.NodeHome;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.engine.DiskPolicy;
import dev.varve.storage.engine.EngineConfig;
import dev.varve.storage.engine.TieredEngine;
import dev.varve.storage.memory.ChronicleMemoryStore;
import dev.varve.storage.record.Attribute;
import dev.varve.storage.record.Event;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Varve's parts put together by hand, so that a test can stand between server and ledger. */
final class WiredApplication implements AutoCloseable {
  private static final long MEMORY_BYTES = 16 << 20;
  private static final int LOG_SEGMENT_BYTES = 8 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final StorageEngine engine;
  private final AbciServer server;

  private WiredApplication(StorageEngine engine, AbciServer server) {
    this.engine = engine;
    this.server = server;
  }

  /** Serves on the home's ABCI address; {@code decorate} stands before the ledger. */
  static WiredApplication start(NodeHome home, UnaryOperator<AbciApplication> decorate) {
    NodeConfig config = NodeConfig.load(home, Map.of());
    StorageEngine engine = engine(config.disk().path());
    AbciApplication ledger = new Ledger(engine, new LedgerConfig("test", 0));
    return new WiredApplication(
        engine,
        AbciServer.start(AbciServerConfig.of(config.abci().address()), decorate.apply(ledger)));
  }

  /** An engine over both real stores. */
  static StorageEngine engine(Path folder) {
    return TieredEngine.open(
        RocksDbStore.open(folder, RocksDbConfig.defaults()),
        log(folder, "disk", Durability.FORCED),
        () -> ChronicleMemoryStore.create(MEMORY_BYTES),
        () -> log(folder, "memory", Durability.VOLATILE),
        EngineConfig.of(DiskPolicy.BEHIND));
  }

  private static FallbackLog log(Path store, String name, Durability durability) {
    Path folder = store.resolveSibling(store.getFileName() + "-log").resolve(name);
    return FallbackLog.open(
        new LogConfig(folder, LOG_SEGMENT_BYTES, 16L * LOG_SEGMENT_BYTES, 0, durability),
        new RealFileIo());
  }

  StorageEngine engine() {
    return engine;
  }

  /** What the engine holds at a position, in the form of {@code /tx}. */
  ObjectNode read(long height, int index, String hash) {
    ByteString tx = engine.transaction(height, index).orElseThrow();
    TxResult result = engine.result(height, index).orElseThrow();
    return document(height, index, hash, tx, result, engine.log(height, index).orElseThrow());
  }

  /** Records of a position, in the form of {@code /tx}. */
  static ObjectNode document(
      long height, int index, String hash, ByteString bytes, TxResult result, TxLog log) {
    ObjectNode json = JSON.createObjectNode().put("hash", hash);
    json.put("height", Long.toString(height)).put("index", index);
    ObjectNode inner = json.putObject("tx_result");
    inner.put("code", result.getCode());
    byte[] data = result.getData().toByteArray();
    inner.set("data", data.length == 0 ? inner.nullNode() : inner.binaryNode(data).deepCopy());
    inner.put("log", result.getLog()).put("info", result.getInfo());
    inner.put("gas_wanted", Long.toString(result.getGasWanted()));
    inner.put("gas_used", Long.toString(result.getGasUsed()));
    inner.set("events", events(log));
    inner.put("codespace", result.getCodespace());
    json.put("tx", java.util.Base64.getEncoder().encodeToString(bytes.toByteArray()));
    return json;
  }

  private static ArrayNode events(TxLog log) {
    ArrayNode events = JSON.createArrayNode();
    for (Event event : log.getEventsList()) {
      ObjectNode json = events.addObject().put("type", event.getType());
      ArrayNode attributes = json.putArray("attributes");
      for (Attribute attribute : event.getAttributesList()) {
        attributes
            .addObject()
            .put("key", attribute.getKey())
            .put("value", attribute.getValue())
            .put("index", attribute.getIndex());
      }
    }
    return events;
  }

  @Override
  public void close() {
    try {
      server.close();
    } finally {
      engine.close();
    }
  }
}
