package dev.varve.node;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.varve.abci.AbciClient;
import dev.varve.abci.AbciServer;
import dev.varve.abci.AbciServerConfig;
import dev.varve.abci.types.Request;
import dev.varve.abci.types.RequestCheckTx;
import dev.varve.abci.types.RequestCommit;
import dev.varve.abci.types.RequestFinalizeBlock;
import dev.varve.abci.types.RequestFlush;
import dev.varve.abci.types.RequestInfo;
import dev.varve.abci.types.RequestInitChain;
import dev.varve.abci.types.RequestPrepareProposal;
import dev.varve.abci.types.RequestProcessProposal;
import dev.varve.abci.types.Response;
import dev.varve.fallback.io.FileTrees;
import dev.varve.ledger.Ledger;
import dev.varve.ledger.LedgerConfig;
import dev.varve.storage.StorageEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives blocks through a throw-away engine, ledger and server before the real ones are opened, so
 * that Java has compiled the code when the node's first block comes.
 *
 * <p>Invariants: nothing of it reaches the real store; its folder is deleted afterwards, or at the
 * next start. A failure is logged and costs no more than a slow first block.
 */
final class WarmUp {
  private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
  private static final int TXS = 1_000;
  private static final int TX_BYTES = 250;
  private static final int CHECK_BATCH = 200;
  private static final int KEY_DIGITS = 16;
  private static final Request FLUSH =
      Request.newBuilder().setFlush(RequestFlush.getDefaultInstance()).build();
  private static final String CHAIN_ID = "warm-up";
  private static final ByteString HASH = ByteString.copyFrom(new byte[32]);

  private final Path folder;
  private final Function<Path, StorageEngine> engines;
  private final NodeMetrics metrics;

  /** {@code engines} opens an engine in a folder, which must not exist yet. */
  WarmUp(Path folder, Function<Path, StorageEngine> engines, NodeMetrics metrics) {
    this.folder = folder;
    this.engines = engines;
    this.metrics = metrics;
  }

  /**
   * Runs until Java has little left to compile, at most about as long as it is told; 0 does nothing
   * but delete what was left behind.
   */
  void run(long millis) {
    try {
      FileTrees.delete(folder);
      if (millis > 0) {
        Files.createDirectories(folder);
        long blocks = drive(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis));
        LOG.info("warmed up with {} blocks of {} transactions", blocks, TXS);
        FileTrees.delete(folder);
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("warming up failed, the first blocks will be slower", e);
    }
  }

  private long drive(long deadline) throws IOException {
    AbciServerConfig server = AbciServerConfig.of("tcp://127.0.0.1:0");
    try (StorageEngine engine = engines.apply(folder);
        Ledger ledger = new Ledger(engine, new LedgerConfig(Version.current(), 0));
        AbciServer serving =
            AbciServer.start(
                server,
                new MeteredApplication(ledger, ledger::query, metrics, () -> {}, failure -> {}));
        AbciClient consensus = AbciClient.connect(serving.address());
        AbciClient mempool = AbciClient.connect(serving.address())) {
      consensus.call(
          Request.newBuilder().setInfo(RequestInfo.newBuilder().setAbciVersion("2.0.0")).build());
      consensus.call(
          Request.newBuilder()
              .setInitChain(RequestInitChain.newBuilder().setChainId(CHAIN_ID).setInitialHeight(1))
              .build());
      long height = 0;
      CompilerLoad compiler = new CompilerLoad();
      while (System.nanoTime() < deadline && !compiler.idle()) {
        height++;
        List<ByteString> txs = transactions(height);
        for (int from = 0; from < txs.size(); from += CHECK_BATCH) {
          check(mempool, txs.subList(from, from + CHECK_BATCH));
        }
        commit(consensus, height, txs);
      }
      return height;
    }
  }

  private static List<ByteString> transactions(long height) {
    List<ByteString> txs = new ArrayList<>(TXS);
    byte[] tx = new byte[TX_BYTES];
    Arrays.fill(tx, (byte) 'v');
    tx[KEY_DIGITS] = '=';
    for (int i = 0; i < TXS; i++) {
      // Scattered keys, as users' are.
      long key = (height * TXS + i) * 0x9E3779B97F4A7C15L;
      for (int digit = 0; digit < KEY_DIGITS; digit++) {
        tx[digit] = (byte) Character.forDigit((int) (key >>> (4 * digit)) & 15, 16);
      }
      txs.add(ByteString.copyFrom(tx));
    }
    return txs;
  }

  private static void check(AbciClient mempool, List<ByteString> txs) throws IOException {
    for (ByteString tx : txs) {
      mempool.send(Request.newBuilder().setCheckTx(RequestCheckTx.newBuilder().setTx(tx)).build());
    }
    mempool.send(FLUSH);
    mempool.flush();
    for (int i = 0; i <= txs.size(); i++) {
      mempool.receive();
    }
  }

  private static void commit(AbciClient consensus, long height, List<ByteString> txs)
      throws IOException {
    Timestamp time = Timestamp.newBuilder().setSeconds(height).build();
    consensus.call(
        Request.newBuilder()
            .setPrepareProposal(
                RequestPrepareProposal.newBuilder()
                    .setMaxTxBytes(1 << 24)
                    .addAllTxs(txs)
                    .setHeight(height)
                    .setTime(time))
            .build());
    consensus.call(
        Request.newBuilder()
            .setProcessProposal(
                RequestProcessProposal.newBuilder()
                    .addAllTxs(txs)
                    .setHash(HASH)
                    .setHeight(height)
                    .setTime(time))
            .build());
    Response finalized =
        consensus.call(
            Request.newBuilder()
                .setFinalizeBlock(
                    RequestFinalizeBlock.newBuilder()
                        .addAllTxs(txs)
                        .setHash(HASH)
                        .setHeight(height)
                        .setTime(time))
                .build());
    if (finalized.getFinalizeBlock().getTxResultsCount() != txs.size()) {
      throw new IOException("block " + height + " was not executed");
    }
    consensus.call(Request.newBuilder().setCommit(RequestCommit.getDefaultInstance()).build());
  }
}
