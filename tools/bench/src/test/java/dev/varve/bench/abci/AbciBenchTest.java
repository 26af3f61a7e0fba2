package dev.varve.bench.abci;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.ExecTxResult;
import dev.varve.abci.types.Request;
import dev.varve.abci.types.Response;
import dev.varve.abci.types.ResponseCheckTx;
import dev.varve.abci.types.ResponseException;
import dev.varve.abci.types.ResponseProcessProposal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class AbciBenchTest {
  private static final Load LOAD = new Load(List.of(3, 20), 64, 0, 2, 4, 7);

  private final ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
  private final ByteArrayOutputStream errBytes = new ByteArrayOutputStream();

  @Test
  void shouldDriveEveryCallOfEveryBlock() throws IOException {
    try (FakeServer server = new FakeServer(0, UnaryOperator.identity())) {
      assertThat(run(server, false)).isEqualTo(AbciBench.DONE);

      assertThat(text(errBytes)).isEmpty();
      assertThat(text(outBytes))
          .contains("FinalizeBlock+Commit", "64-byte transactions")
          .contains("blocks of 20: 2 warm-up, 4 measured");
      int blocks = 2 * (2 + 4);
      assertThat(server.seen(Request.ValueCase.INFO)).hasSize(2);
      assertThat(server.seen(Request.ValueCase.CHECK_TX)).hasSize(6 * 3 + 6 * 20);
      assertThat(server.seen(Request.ValueCase.PREPARE_PROPOSAL)).hasSize(blocks);
      assertThat(server.seen(Request.ValueCase.PROCESS_PROPOSAL)).hasSize(blocks);
      assertThat(server.seen(Request.ValueCase.FINALIZE_BLOCK)).hasSize(blocks);
      assertThat(server.seen(Request.ValueCase.COMMIT)).hasSize(blocks);
    }
  }

  @Test
  void shouldSendTheSameTransactionsToEveryCallAndNewOnesWithEveryBlock() throws IOException {
    try (FakeServer server = new FakeServer(0, UnaryOperator.identity())) {
      Load load = new Load(List.of(5), 64, 0, 0, 3, 256);
      runWith(load, server, false);

      List<Request> blocks = server.seen(Request.ValueCase.FINALIZE_BLOCK);
      List<Request> checks = server.seen(Request.ValueCase.CHECK_TX);
      Set<ByteString> all = new HashSet<>();
      for (int i = 0; i < blocks.size(); i++) {
        List<ByteString> txs = blocks.get(i).getFinalizeBlock().getTxsList();
        assertThat(blocks.get(i).getFinalizeBlock().getHeight()).isEqualTo(i + 1);
        all.addAll(txs);
        assertThat(
                server
                    .seen(Request.ValueCase.PREPARE_PROPOSAL)
                    .get(i)
                    .getPrepareProposal()
                    .getTxsList())
            .isEqualTo(txs);
        assertThat(
                server
                    .seen(Request.ValueCase.PROCESS_PROPOSAL)
                    .get(i)
                    .getProcessProposal()
                    .getTxsList())
            .isEqualTo(txs);
        assertThat(checks.subList(5 * i, 5 * i + 5))
            .extracting(request -> request.getCheckTx().getTx())
            .isEqualTo(txs);
      }
      assertThat(all).hasSize(15);
    }
  }

  @Test
  void shouldGoOnFromTheServersHeight() throws IOException {
    try (FakeServer server = new FakeServer(41, UnaryOperator.identity())) {
      runWith(new Load(List.of(2), 64, 0, 0, 1, 256), server, false);

      assertThat(server.seen(Request.ValueCase.INIT_CHAIN)).isEmpty();
      assertThat(server.seen(Request.ValueCase.FINALIZE_BLOCK))
          .extracting(request -> request.getFinalizeBlock().getHeight())
          .containsExactly(42L);
    }
  }

  @Test
  void shouldOpenFourConnectionsAndFlushBehindEveryCall() throws IOException {
    try (FakeServer server = new FakeServer(0, UnaryOperator.identity())) {
      runWith(new Load(List.of(10), 64, 0, 0, 1, 4), server, false);

      assertThat(server.connections()).isEqualTo(4);
      // Info and InitChain, three batches of CheckTx, four calls of the block.
      assertThat(server.seen(Request.ValueCase.FLUSH)).hasSize(2 + 3 + 4);
    }
  }

  @Test
  void shouldPrintJson() throws IOException {
    try (FakeServer server = new FakeServer(0, UnaryOperator.identity())) {
      assertThat(run(server, true)).isEqualTo(AbciBench.DONE);
      assertThat(text(outBytes))
          .startsWith("{")
          .contains("\"block_size\" : 20", "\"finalize_and_commit\"", "\"p99_ms\"");
    }
  }

  @Test
  void shouldFailOnARefusedTransaction() throws IOException {
    expectFailure(
        response ->
            response.hasCheckTx()
                ? Response.newBuilder()
                    .setCheckTx(ResponseCheckTx.newBuilder().setCode(9).setLog("no room"))
                    .build()
                : response,
        "CheckTx refused a transaction with code 9: no room");
  }

  @Test
  void shouldFailOnAFailedResult() throws IOException {
    expectFailure(
        response ->
            response.hasFinalizeBlock()
                ? response.toBuilder()
                    .setFinalizeBlock(
                        response.getFinalizeBlock().toBuilder()
                            .setTxResults(1, ExecTxResult.newBuilder().setCode(1)))
                    .build()
                : response,
        "FinalizeBlock gave transaction 1 code 1 instead of 0");
  }

  @Test
  void shouldFailOnAMissingResult() throws IOException {
    expectFailure(
        response ->
            response.hasFinalizeBlock()
                ? response.toBuilder()
                    .setFinalizeBlock(response.getFinalizeBlock().toBuilder().removeTxResults(0))
                    .build()
                : response,
        "FinalizeBlock returned 2 results for 3 transactions");
  }

  @Test
  void shouldFailOnADroppedTransaction() throws IOException {
    expectFailure(
        response ->
            response.hasPrepareProposal()
                ? Response.newBuilder()
                    .setPrepareProposal(response.getPrepareProposal().toBuilder().clearTxs())
                    .build()
                : response,
        "PrepareProposal returned 0 of 3 transactions");
  }

  @Test
  void shouldFailOnARejectedProposal() throws IOException {
    expectFailure(
        response ->
            response.hasProcessProposal()
                ? Response.newBuilder()
                    .setProcessProposal(
                        ResponseProcessProposal.newBuilder()
                            .setStatus(ResponseProcessProposal.ProposalStatus.REJECT))
                    .build()
                : response,
        "ProcessProposal answered REJECT");
  }

  @Test
  void shouldSayWhatAnExceptionSays() throws IOException {
    expectFailure(
        response ->
            response.hasFinalizeBlock()
                ? Response.newBuilder()
                    .setException(ResponseException.newBuilder().setError("height 1 is not next"))
                    .build()
                : response,
        "the server answered with an exception: height 1 is not next");
  }

  @Test
  void shouldSayThatNobodyListens() throws IOException {
    String address;
    try (FakeServer server = new FakeServer(0, UnaryOperator.identity())) {
      address = server.address();
    }
    AbciBench.Target target = new AbciBench.Server(address, Optional.empty());
    AbciBench.Options options = new AbciBench.Options(LOAD, target, false, false);
    assertThat(new AbciBench(stream(errBytes)).run(options, stream(outBytes)))
        .isEqualTo(AbciBench.FAILED);
    assertThat(text(errBytes)).contains(address);
    assertThat(text(outBytes)).isEmpty();
  }

  private void expectFailure(UnaryOperator<Response> twist, String message) throws IOException {
    try (FakeServer server = new FakeServer(0, twist)) {
      assertThat(run(server, false)).isEqualTo(AbciBench.FAILED);
      assertThat(text(errBytes)).isEqualTo("bench: " + message + System.lineSeparator());
      assertThat(text(outBytes)).isEmpty();
    }
  }

  private int run(FakeServer server, boolean json) {
    return runWith(LOAD, server, json);
  }

  private int runWith(Load load, FakeServer server, boolean json) {
    AbciBench.Target target = new AbciBench.Server(server.address(), Optional.empty());
    AbciBench.Options options = new AbciBench.Options(load, target, json, false);
    return new AbciBench(stream(errBytes)).run(options, stream(outBytes));
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
