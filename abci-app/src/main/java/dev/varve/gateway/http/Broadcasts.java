package dev.varve.gateway.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import dev.varve.gateway.Source;
import dev.varve.gateway.Submission;
import dev.varve.gateway.TaskState;
import dev.varve.gateway.TaskStatus;
import dev.varve.gateway.Uplink;
import dev.varve.gateway.UplinkException;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** {@code broadcast_tx_async}, {@code broadcast_tx_sync} and {@code broadcast_tx_commit}. */
final class Broadcasts {
  /** What an answer waits for. */
  enum Mode {
    /** The backup. */
    ASYNC,
    /** The node's answer, for a while. */
    SYNC,
    /** The block, for a while. */
    COMMIT
  }

  /** One transaction to send. */
  record Call(Mode mode, ByteString tx) {}

  /** Answers that are the gateway's own and not the application's. */
  static final String CODESPACE = "uplink";

  private static final int REFUSED = 1;

  private final Uplink uplink;
  private final Intake intake;
  private final GatewayTimeouts timeouts;
  private final Readers readers;
  private final Executed executed;

  Broadcasts(Uplink uplink, Intake intake, GatewayTimeouts timeouts, Readers readers) {
    this.uplink = uplink;
    this.intake = intake;
    this.timeouts = timeouts;
    this.readers = readers;
    this.executed = new Executed(uplink);
  }

  /** Sends one; never completes exceptionally. */
  CompletableFuture<RpcReply> send(Call call) {
    return submit(List.of(call))
        .thenCompose(statuses -> answer(call, statuses.get(0)))
        .exceptionally(failure -> refusal(call, failure));
  }

  /**
   * Sends several in order. They are accepted together or not at all, unless one is refused for
   * good: then each for itself, as they would be one by one.
   */
  List<CompletableFuture<RpcReply>> sendAll(List<Call> calls) {
    if (calls.size() == 1) {
      return List.of(send(calls.get(0)));
    }
    CompletableFuture<List<TaskStatus>> together = submit(calls);
    CompletableFuture<List<CompletableFuture<RpcReply>>> replies =
        together
            .thenApply(statuses -> answers(calls, statuses))
            .exceptionally(failure -> refusals(calls, failure));
    List<CompletableFuture<RpcReply>> each = new ArrayList<>(calls.size());
    for (int i = 0; i < calls.size(); i++) {
      int at = i;
      each.add(replies.thenCompose(all -> all.get(at)));
    }
    return each;
  }

  private List<CompletableFuture<RpcReply>> answers(List<Call> calls, List<TaskStatus> statuses) {
    List<CompletableFuture<RpcReply>> answers = new ArrayList<>(calls.size());
    for (int i = 0; i < calls.size(); i++) {
      answers.add(answer(calls.get(i), statuses.get(i)));
    }
    return answers;
  }

  private List<CompletableFuture<RpcReply>> refusals(List<Call> calls, Throwable failure) {
    boolean alone = Failures.unwrap(failure) instanceof UplinkException.Refused;
    RpcReply reply = alone ? null : new RpcReply.Failure(Failures.toRpc(failure));
    return calls.stream()
        .map(call -> alone ? send(call) : CompletableFuture.completedFuture(reply))
        .toList();
  }

  private CompletableFuture<List<TaskStatus>> submit(List<Call> calls) {
    return intake.submit(
        calls.stream().map(call -> new Submission(call.tx(), false, "", true)).toList());
  }

  private CompletableFuture<RpcReply> answer(Call call, TaskStatus accepted) {
    return switch (call.mode()) {
      case ASYNC -> CompletableFuture.completedFuture(broadcast(accepted, 0, "", ""));
      case SYNC -> uplink.whenTaken(accepted.id(), timeouts.sync()).thenApply(this::taken);
      case COMMIT ->
          uplink
              .whenDone(accepted.id(), timeouts.commit())
              .thenCompose(status -> readers.call(() -> committed(status)));
    };
  }

  private RpcReply taken(TaskStatus status) {
    if (status.state() == TaskState.IN_MEMPOOL || status.height() > 0) {
      return broadcast(status, 0, "", "");
    }
    if (status.state().isPending()) {
      return broadcast(status, 0, CODESPACE, TaskState.QUEUED.word());
    }
    return broadcast(status, REFUSED, CODESPACE, reason(status));
  }

  private RpcReply broadcast(TaskStatus status, int code, String codespace, String log) {
    return result(status, json -> Shapes.broadcast(json, code, log, codespace, status.hash()));
  }

  private RpcReply committed(TaskStatus status) {
    if (status.state().isPending()) {
      return new RpcReply.Failure(
          RpcException.internal("timed out waiting for tx to be included in a block"));
    }
    TxResult check =
        status.height() > 0
            ? TxResult.getDefaultInstance()
            : check(REFUSED, CODESPACE, reason(status));
    Json.Value result = status.height() > 0 ? executed.result(status) : Executed.NOTHING;
    return result(status, json -> commit(json, check, result, status.hash(), status.height()));
  }

  private static void commit(
      JsonGenerator json, TxResult check, Json.Value result, ByteString hash, long height)
      throws IOException {
    json.writeStartObject();
    json.writeFieldName("check_tx");
    Shapes.result(json, check, TxLog.getDefaultInstance());
    json.writeFieldName("tx_result");
    result.write(json);
    Json.hex(json, "hash", hash);
    Json.int64(json, "height", height);
    json.writeEndObject();
  }

  private RpcReply refusal(Call call, Throwable failure) {
    if (!(Failures.unwrap(failure) instanceof UplinkException.Refused refused)) {
      return new RpcReply.Failure(Failures.toRpc(failure));
    }
    ByteString hash = Sha256.hash(call.tx());
    TxResult check = check(refused.code(), refused.codespace(), refused.getMessage());
    Json.Value answer =
        call.mode() == Mode.COMMIT
            ? json -> commit(json, check, Executed.NOTHING, hash, 0)
            : json ->
                Shapes.broadcast(json, check.getCode(), check.getLog(), check.getCodespace(), hash);
    return new RpcReply.Result(answer, Source.COMMITTED, uplink.followed());
  }

  private static TxResult check(int code, String codespace, String log) {
    return TxResult.newBuilder().setCode(code).setCodespace(codespace).setLog(log).build();
  }

  private static String reason(TaskStatus status) {
    return status.reason().isEmpty() ? status.state().word() : status.reason();
  }

  private RpcReply result(TaskStatus status, Json.Value value) {
    return status.height() > 0
        ? new RpcReply.Result(value, Source.COMMITTED, status.height())
        : new RpcReply.Result(value, Source.PENDING, uplink.followed());
  }
}
