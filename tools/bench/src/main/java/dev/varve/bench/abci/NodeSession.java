package dev.varve.bench.abci;

import dev.varve.abci.AbciClient;
import dev.varve.abci.types.Request;
import dev.varve.abci.types.RequestInfo;
import dev.varve.abci.types.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A server seen as a node sees it: four connections, the handshake, then block after block. Every
 * call has a time limit; past it the connections are closed and the call fails.
 *
 * <p>The clock of a call runs from the first byte written until the answer of its Flush is read;
 * making the request and checking the answer lie outside, for CheckTx only making the requests.
 */
final class NodeSession implements AutoCloseable {
  private static final String NODE_VERSION = "0.38.25";
  private static final String ABCI_VERSION = "2.0.0";
  private static final int BLOCK_VERSION = 11;
  private static final int P2P_VERSION = 8;

  /** Batches under way at once: the server never waits for the driver. */
  private static final int BATCHES_IN_FLIGHT = 2;

  private final Genesis genesis;
  private final List<AbciClient> clients;
  private final AbciClient query;
  private final AbciClient mempool;
  private final AbciClient consensus;
  private final long callTimeoutNanos;
  private final ScheduledExecutorService watchdog;
  private final ScheduledFuture<?> watch;
  private volatile long deadline;
  private long height;

  private NodeSession(Genesis genesis, List<AbciClient> clients, Duration callTimeout) {
    this.genesis = genesis;
    this.clients = clients;
    this.query = clients.get(0);
    this.mempool = clients.get(2);
    this.consensus = clients.get(3);
    this.callTimeoutNanos = callTimeout.toNanos();
    this.deadline = System.nanoTime() + callTimeoutNanos;
    this.watchdog =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "bench-watchdog");
              thread.setDaemon(true);
              return thread;
            });
    this.watch = watchdog.scheduleWithFixedDelay(this::closeWhenLate, 1, 1, TimeUnit.SECONDS);
  }

  static NodeSession open(String address, Genesis genesis, Duration callTimeout)
      throws IOException, BenchException {
    List<AbciClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        clients.add(AbciClient.connect(address));
      }
    } catch (IOException e) {
      clients.forEach(NodeSession::close);
      throw e;
    }
    NodeSession session = new NodeSession(genesis, clients, callTimeout);
    try {
      session.handshake();
    } catch (IOException | BenchException e) {
      session.close();
      throw e;
    }
    return session;
  }

  /** The last height the server has committed. */
  long height() {
    return height;
  }

  private void handshake() throws IOException, BenchException {
    RequestInfo info =
        RequestInfo.newBuilder()
            .setVersion(NODE_VERSION)
            .setBlockVersion(BLOCK_VERSION)
            .setP2PVersion(P2P_VERSION)
            .setAbciVersion(ABCI_VERSION)
            .build();
    Response answer = ask(query, Request.newBuilder().setInfo(info).build());
    height = AnswerCheck.expect(answer, Response.ValueCase.INFO).getInfo().getLastBlockHeight();
    if (height == 0) {
      Request request = Request.newBuilder().setInitChain(genesis.initChain()).build();
      AnswerCheck.expect(ask(consensus, request), Response.ValueCase.INIT_CHAIN);
    }
  }

  /** Drives the next block through every call and takes their times. */
  void drive(BlockRequests block, Recorder recorder) throws IOException, BenchException {
    checkTx(block.checkTx(), recorder);
    byte[] answer = timed(block.prepareProposal(), Call.PREPARE_PROPOSAL, recorder);
    AnswerCheck.prepareProposal(answer, block.txCount());
    answer = timed(block.processProposal(), Call.PROCESS_PROPOSAL, recorder);
    AnswerCheck.processProposal(answer);
    long start = recorder.total(Call.FINALIZE_BLOCK) + recorder.total(Call.COMMIT);
    answer = timed(block.finalizeBlock(), Call.FINALIZE_BLOCK, recorder);
    AnswerCheck.finalizeBlock(answer, block.txCount());
    answer = timed(block.commit(), Call.COMMIT, recorder);
    AnswerCheck.commit(answer);
    long end = recorder.total(Call.FINALIZE_BLOCK) + recorder.total(Call.COMMIT);
    recorder.add(Call.FINALIZE_AND_COMMIT, end - start);
    height++;
  }

  private void checkTx(List<BlockRequests.Batch> batches, Recorder recorder)
      throws IOException, BenchException {
    long begin = startCall();
    long[] starts = new long[batches.size()];
    for (int i = 0; i < batches.size(); i++) {
      starts[i] = System.nanoTime();
      mempool.sendFrames(batches.get(i).frames());
      if (i >= BATCHES_IN_FLIGHT - 1) {
        int due = i - BATCHES_IN_FLIGHT + 1;
        readBatch(batches.get(due), starts[due], recorder);
      }
    }
    for (int due = Math.max(0, batches.size() - BATCHES_IN_FLIGHT + 1);
        due < batches.size();
        due++) {
      readBatch(batches.get(due), starts[due], recorder);
    }
    recorder.addCheckTxTime(System.nanoTime() - begin);
  }

  private void readBatch(BlockRequests.Batch batch, long start, Recorder recorder)
      throws IOException, BenchException {
    for (int i = 0; i < batch.count(); i++) {
      AnswerCheck.checkTx(mempool.receiveBytes());
    }
    AnswerCheck.flush(mempool.receiveBytes());
    recorder.add(Call.CHECK_TX, System.nanoTime() - start);
  }

  private byte[] timed(ByteBuffer request, Call call, Recorder recorder)
      throws IOException, BenchException {
    long start = startCall();
    consensus.sendFrames(request);
    byte[] answer = consensus.receiveBytes();
    // Behind an exception comes no more.
    byte[] flush = AnswerCheck.isException(answer) ? answer : consensus.receiveBytes();
    recorder.add(call, System.nanoTime() - start);
    AnswerCheck.flush(flush);
    return answer;
  }

  private Response ask(AbciClient client, Request request) throws IOException {
    startCall();
    return client.call(request);
  }

  private long startCall() {
    long now = System.nanoTime();
    deadline = now + callTimeoutNanos;
    return now;
  }

  private void closeWhenLate() {
    if (System.nanoTime() - deadline > 0) {
      closeClients();
    }
  }

  private void closeClients() {
    clients.forEach(NodeSession::close);
  }

  private static void close(AbciClient client) {
    try {
      client.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close a connection", e);
    }
  }

  @Override
  public void close() {
    watch.cancel(false);
    watchdog.shutdown();
    closeClients();
  }
}
