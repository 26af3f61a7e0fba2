package dev.varve.it;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.varve.abci.types.ExecTxResult;
import dev.varve.abci.types.RequestCommit;
import dev.varve.abci.types.RequestFinalizeBlock;
import dev.varve.abci.types.RequestInitChain;
import dev.varve.abci.types.ResponseFinalizeBlock;
import dev.varve.fallback.Durability;
import dev.varve.fallback.FallbackLog;
import dev.varve.fallback.LogConfig;
import dev.varve.fallback.io.RealFileIo;
import dev.varve.ledger.Ledger;
import dev.varve.ledger.LedgerConfig;
import dev.varve.ledger.Transactions;
import dev.varve.storage.DiskStore;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.engine.DiskPolicy;
import dev.varve.storage.engine.EngineConfig;
import dev.varve.storage.engine.TieredEngine;
import dev.varve.storage.fault.FaultyStore;
import dev.varve.storage.memory.ChronicleMemoryStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Engine and ledger over real stores with the node's default bounds, fed full blocks; the
 * transactions depend on height and index alone.
 */
final class BoundedChain implements AutoCloseable {
  static final int BLOCK_TXS = 5_000;
  static final long MEMORY_BYTES = 256L << 20;
  static final int SEGMENT_BYTES = 32 << 20;
  private static final int TX_BYTES = 250;

  /** One in so many transactions is an envelope, whose acceptance expires soon. */
  private static final int ENVELOPE_EVERY = 5;

  private static final int VALID_BLOCKS = 5;
  private static final int SLICE = DiskStore.SLICE_LENGTH;

  private final Path folder;
  private final DiskPolicy policy;
  private final int keys;
  private final long logBytes;
  private final List<ByteString> appHashes = new ArrayList<>();
  private FaultyStore disk;
  private TieredEngine engine;
  private Ledger ledger;

  /** Writes go to so many keys, over and over. */
  BoundedChain(Path folder, DiskPolicy policy, int keys, long logBytes) {
    this.folder = folder;
    this.policy = policy;
    this.keys = keys;
    this.logBytes = logBytes;
  }

  void open() {
    disk = new FaultyStore(RocksDbStore.open(folder.resolve("store"), RocksDbConfig.defaults()));
    engine =
        TieredEngine.open(
            disk,
            log("log", logBytes, Durability.FORCED),
            () -> ChronicleMemoryStore.create(MEMORY_BYTES),
            () -> log("bridge", MEMORY_BYTES, Durability.VOLATILE),
            EngineConfig.of(policy));
    ledger = new Ledger(engine, new LedgerConfig("test", 0));
    if (engine.applied().getHeight() == 0) {
      ledger.initChain(
          RequestInitChain.newBuilder().setChainId("varve-bounds").setInitialHeight(1).build());
    }
  }

  private FallbackLog log(String name, long bytes, Durability durability) {
    return FallbackLog.open(
        new LogConfig(folder.resolve(name), SEGMENT_BYTES, bytes, 0, durability), new RealFileIo());
  }

  TieredEngine engine() {
    return engine;
  }

  void storeIs(FaultyStore.Fault fault) {
    disk.set(fault);
  }

  long height() {
    return engine.applied().getHeight();
  }

  /** FinalizeBlock and Commit of the next block. */
  void block() {
    long height = height() + 1;
    ResponseFinalizeBlock answer =
        ledger.finalizeBlock(
            RequestFinalizeBlock.newBuilder()
                .setHeight(height)
                .setTime(Timestamp.newBuilder().setSeconds(1_700_000_000L + height))
                .addAllTxs(transactions(height))
                .build());
    for (ExecTxResult result : answer.getTxResultsList()) {
      require(result.getCode() == 0, "block " + height + " has a code " + result.getCode());
    }
    ledger.commit(RequestCommit.getDefaultInstance());
    appHashes.add(answer.getAppHash());
  }

  private List<ByteString> transactions(long height) {
    List<ByteString> txs = new ArrayList<>(BLOCK_TXS);
    for (int index = 0; index < BLOCK_TXS; index++) {
      txs.add(transaction(height, index));
    }
    return txs;
  }

  private ByteString transaction(long height, int index) {
    SplittableRandom random = new SplittableRandom(height * BLOCK_TXS + index);
    String key = String.format(Locale.ROOT, "key-%08d", random.nextInt(keys));
    StringBuilder value = new StringBuilder(TX_BYTES);
    while (key.length() + 1 + value.length() < TX_BYTES) {
      value.append((char) ('a' + random.nextInt(26)));
    }
    return index % ENVELOPE_EVERY == 0
        ? Transactions.envelope(height + VALID_BLOCKS)
            .put(ByteString.copyFromUtf8(key), ByteString.copyFromUtf8(value.toString()))
            .build()
        : Transactions.text(key, value.toString());
  }

  void awaitDrained() throws InterruptedException {
    long end = System.nanoTime() + 600_000_000_000L;
    while (engine.status().diskHeight() < height()) {
      require(System.nanoTime() < end, "the log is not drained after ten minutes: " + status());
      Thread.sleep(20);
    }
  }

  /** Closes and opens again: the app hash, rebuilt from the store, must be the last block's. */
  void reopen() {
    engine.close();
    open();
    require(
        ledger
            .info(dev.varve.abci.types.RequestInfo.getDefaultInstance())
            .getLastBlockAppHash()
            .equals(appHashes.get(appHashes.size() - 1)),
        "the app hash changed with the restart");
  }

  /** Each block, byte for byte, from the disk store alone; the engine is closed by that. */
  long requireAllOnDisk() {
    long last = height();
    engine.close();
    engine = null;
    try (DiskStore store =
        RocksDbStore.openReadOnly(folder.resolve("store"), RocksDbConfig.defaults())) {
      require(store.applied().getHeight() == last, "the store ends with " + store.applied());
      for (long height = 1; height <= last; height++) {
        requireBlock(store, height);
      }
    }
    return last;
  }

  private void requireBlock(DiskStore store, long height) {
    ByteString appHash = store.block(height).orElseThrow().getAppHash();
    require(appHash.equals(appHashes.get((int) height - 1)), "app hash of block " + height);
    List<ByteString> txs = transactions(height);
    for (int from = 0, slice = 0; from < BLOCK_TXS; from += SLICE, slice++) {
      List<ByteString> expected = txs.subList(from, Math.min(BLOCK_TXS, from + SLICE));
      String where = "slice " + slice + " of block " + height;
      require(store.transactions(height, slice).equals(expected), "transactions, " + where);
      require(store.results(height, slice).size() == expected.size(), "results, " + where);
      require(store.logs(height, slice).size() == expected.size(), "logs, " + where);
    }
  }

  private String status() {
    return engine.status().toString();
  }

  static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  @Override
  public void close() throws IOException {
    if (engine != null) {
      engine.close();
    }
  }
}
