package dev.varve.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
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
import dev.varve.storage.StorageEngine;
import dev.varve.storage.engine.DiskPolicy;
import dev.varve.storage.engine.EngineConfig;
import dev.varve.storage.engine.TieredEngine;
import dev.varve.storage.memory.ChronicleMemoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjLongConsumer;
import java.util.stream.Stream;

/** The chain of a home that is given its blocks without a node. */
final class HomeChain {
  /** Transactions of each block, but for those that a test adds. */
  static final int TXS = 70;

  private final NodeConfig config;
  private final List<ByteString> appHashes = new ArrayList<>();

  HomeChain(NodeConfig config) {
    this.config = config;
  }

  /** The same chain in another home. */
  HomeChain in(NodeConfig other) {
    HomeChain there = new HomeChain(other);
    there.appHashes.addAll(appHashes);
    return there;
  }

  /** The engine of a home, as the node wires it but for its small logs. */
  static StorageEngine open(NodeConfig config) {
    Path logs = config.fallback().path();
    return TieredEngine.open(
        Wiring.embedded(config, config.disk().path()),
        log(logs.resolve(Wiring.DISK_LOG), Durability.FORCED),
        () -> ChronicleMemoryStore.create(config.memory().bytes()),
        () -> log(logs.resolve("memory"), Durability.VOLATILE),
        EngineConfig.of(DiskPolicy.BEHIND));
  }

  /** A log with small segments, as {@link #open} uses it. */
  static FallbackLog log(Path folder, Durability durability) {
    return FallbackLog.open(
        new LogConfig(folder, 1 << 20, 8 << 20, 0, durability), new RealFileIo());
  }

  /** Copies a folder that nobody writes to; the target must not exist. */
  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  /** The app hash after a block. */
  ByteString appHash(int height) {
    return appHashes.get(height - 1);
  }

  /**
   * Gives blocks as a node would; their app hashes must be those of the first time.
   *
   * @param more transactions at each block's end
   * @param answers takes each answer with its height
   */
  void run(
      int first, int last, List<ByteString> more, ObjLongConsumer<ResponseFinalizeBlock> answers) {
    try (StorageEngine engine = open(config)) {
      Ledger ledger = new Ledger(engine, new LedgerConfig("test", 0));
      if (first == 1) {
        ledger.initChain(
            RequestInitChain.newBuilder().setChainId("home").setInitialHeight(1).build());
      }
      for (int height = first; height <= last; height++) {
        ResponseFinalizeBlock answer = ledger.finalizeBlock(block(height, more));
        answers.accept(answer, height);
        if (appHashes.size() < height) {
          appHashes.add(answer.getAppHash());
        }
        assertThat(answer.getAppHash()).as("block %d", height).isEqualTo(appHash(height));
        ledger.commit(RequestCommit.getDefaultInstance());
      }
    }
  }

  private static RequestFinalizeBlock block(int height, List<ByteString> more) {
    RequestFinalizeBlock.Builder block = RequestFinalizeBlock.newBuilder().setHeight(height);
    block.setHash(ByteString.copyFrom(new byte[32]));
    for (int i = 0; i < TXS; i++) {
      String tx = i == 0 ? "same=1" : i == 1 ? "malformed" : "k" + (i + height) + "=" + height;
      block.addTxs(ByteString.copyFromUtf8(tx));
    }
    return block
        .addTxs(
            Transactions.envelope(height + 2).delete(ByteString.copyFromUtf8("k" + height)).build())
        .addAllTxs(more)
        .build();
  }
}
