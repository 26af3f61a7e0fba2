package dev.varve.gateway.http;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.varve.gateway.Source;
import dev.varve.gateway.Submission;
import dev.varve.gateway.TaskStatus;
import dev.varve.gateway.Uplink;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.eclipse.jetty.http.HttpHeader;

/** {@code POST /v1/uplink}: one transaction or several, as JSON or as they are. */
final class V1Submit {
  private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
  private static final int MOST_KEY_CHARACTERS = 256;
  private static final String JSON_TYPE = "application/json";
  private static final String RAW_TYPE = "application/octet-stream";

  private final Uplink uplink;
  private final Intake intake;
  private final GatewayLimits limits;
  private final GatewayTimeouts timeouts;
  private final Executor threads;

  V1Submit(
      Uplink uplink,
      Intake intake,
      GatewayLimits limits,
      GatewayTimeouts timeouts,
      Executor threads) {
    this.uplink = uplink;
    this.intake = intake;
    this.limits = limits;
    this.timeouts = timeouts;
    this.threads = threads;
  }

  /** What an answer waits for. */
  private enum Wait {
    BACKUP,
    MEMPOOL,
    COMMIT
  }

  void handle(Exchange exchange) {
    Map<String, String> query = V1.query(exchange);
    Wait wait = wait(query.getOrDefault("wait", "backup"));
    boolean raw = isRaw(exchange);
    boolean ordered = raw && flag(query.getOrDefault("ordered", "false"));
    String key = key(exchange);
    Body.read(
        exchange,
        limits.bodyBytes(),
        body -> {
          try {
            if (raw) {
              ByteString tx = UnsafeByteOperations.unsafeWrap(body);
              submit(exchange, List.of(new Submission(tx, ordered, key, false)), false, wait);
            } else {
              V1Tasks tasks = V1Tasks.parse(body, key, limits.batchItems());
              submit(exchange, tasks.submissions(), tasks.batch(), wait);
            }
          } catch (RuntimeException e) {
            V1Failure.of(e).send(exchange);
          }
        });
  }

  private void submit(Exchange exchange, List<Submission> submissions, boolean batch, Wait wait) {
    CompletableFuture<List<TaskStatus>> waited =
        intake.submit(submissions).thenCompose(accepted -> await(accepted, wait));
    exchange.watch(
        waited.handleAsync(
            (statuses, failure) -> {
              if (failure == null) {
                answer(exchange, statuses, batch);
              } else {
                V1Failure.of(failure).send(exchange);
              }
              return null;
            },
            threads));
  }

  private CompletableFuture<List<TaskStatus>> await(List<TaskStatus> accepted, Wait wait) {
    if (wait == Wait.BACKUP) {
      return CompletableFuture.completedFuture(accepted);
    }
    List<CompletableFuture<TaskStatus>> each =
        accepted.stream()
            .map(
                status ->
                    wait == Wait.MEMPOOL
                        ? uplink.whenTaken(status.id(), timeouts.sync())
                        : uplink.whenDone(status.id(), timeouts.commit()))
            .toList();
    return CompletableFuture.allOf(each.toArray(CompletableFuture[]::new))
        .thenApply(all -> each.stream().map(CompletableFuture::join).toList());
  }

  private void answer(Exchange exchange, List<TaskStatus> statuses, boolean batch) {
    boolean pending = statuses.stream().anyMatch(status -> status.state().isPending());
    exchange.source(pending ? Source.PENDING : Source.COMMITTED, uplink.followed());
    int code = pending ? 202 : 200;
    if (batch) {
      exchange.json(code, Json.bytes(json -> TaskJson.writeAll(json, statuses)));
    } else {
      exchange.json(code, Json.bytes(json -> TaskJson.write(json, statuses.get(0))));
    }
  }

  private static Wait wait(String word) {
    return switch (word) {
      case "backup" -> Wait.BACKUP;
      case "mempool" -> Wait.MEMPOOL;
      case "commit" -> Wait.COMMIT;
      default ->
          throw V1Failure.badRequest(
              "wait = \"" + word + "\": allowed are backup, mempool, commit");
    };
  }

  private static boolean flag(String word) {
    if (!word.equals("true") && !word.equals("false")) {
      throw V1Failure.badRequest("ordered = \"" + word + "\": allowed are true, false");
    }
    return word.equals("true");
  }

  private static boolean isRaw(Exchange exchange) {
    String header = exchange.headers().get(HttpHeader.CONTENT_TYPE);
    String type = header == null ? JSON_TYPE : header.split(";", 2)[0].strip();
    if (type.equalsIgnoreCase(JSON_TYPE)) {
      return false;
    }
    if (type.equalsIgnoreCase(RAW_TYPE)) {
      return true;
    }
    throw V1Failure.mediaType(
        "Content-Type = \"" + type + "\": allowed are " + JSON_TYPE + ", " + RAW_TYPE);
  }

  private static String key(Exchange exchange) {
    String key = exchange.headers().get(IDEMPOTENCY_KEY);
    return key == null ? "" : checkKey(key);
  }

  static String checkKey(String key) {
    if (key.isEmpty() || key.length() > MOST_KEY_CHARACTERS) {
      throw V1Failure.badRequest(
          "an idempotency key has "
              + key.length()
              + " characters, allowed are 1 to "
              + MOST_KEY_CHARACTERS);
    }
    return key;
  }
}
