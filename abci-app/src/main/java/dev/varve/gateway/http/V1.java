package dev.varve.gateway.http;

import dev.varve.gateway.TaskState;
import dev.varve.gateway.TaskStatus;
import dev.varve.gateway.Uplink;
import dev.varve.gateway.UplinkException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpMethod;

/** Varve's own interface, below {@code /v1/}; {@code openapi.json} beside it describes it. */
final class V1 {
  static final String PREFIX = "/v1/";

  private static final int LISTED = 100;
  private static final int MOST_LISTED = 1_000;

  private final Uplink uplink;
  private final V1Submit submit;
  private final V1Reads reads;
  private final Pages pages;
  private final Consumer<Exchange> events;
  private final Executor threads;
  private final byte[] document = document();

  /**
   * Over what answers.
   *
   * @param events opens a stream of events
   */
  V1(
      Uplink uplink,
      V1Submit submit,
      V1Reads reads,
      Pages pages,
      Consumer<Exchange> events,
      Executor threads) {
    this.uplink = uplink;
    this.submit = submit;
    this.reads = reads;
    this.pages = pages;
    this.events = events;
    this.threads = threads;
  }

  private static byte[] document() {
    try (InputStream in = V1.class.getResourceAsStream("openapi.json")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("openapi.json cannot be read from the class path", e);
    }
  }

  /** Answers a request whose path starts with {@link #PREFIX}. */
  void route(Exchange exchange) {
    String path = exchange.path().substring(PREFIX.length());
    try {
      if (path.equals("uplink")) {
        uplink(exchange);
      } else if (path.startsWith("uplink/")) {
        task(exchange, path.substring("uplink/".length()));
      } else if (path.equals("data") || path.startsWith("data/")) {
        get(exchange, () -> reads.data(exchange, path.substring("data".length())));
      } else if (path.startsWith("tx/")) {
        get(exchange, () -> reads.tx(exchange, path.substring("tx/".length())));
      } else if (path.equals("events")) {
        get(exchange, () -> events.accept(exchange));
      } else if (path.equals("openapi.json")) {
        get(exchange, () -> exchange.json(200, document));
      } else if (path.equals("status")) {
        get(exchange, () -> pages.status(exchange));
      } else {
        V1Failure.notFound("there is no " + exchange.path()).send(exchange);
      }
    } catch (RuntimeException e) {
      V1Failure.of(e).send(exchange);
    }
  }

  private void uplink(Exchange exchange) {
    if (exchange.isPost()) {
      exchange.require(Scope.WRITE);
      submit.handle(exchange);
    } else {
      get(exchange, () -> list(exchange));
    }
  }

  private void task(Exchange exchange, String rest) {
    int slash = rest.indexOf('/');
    long id = id(slash < 0 ? rest : rest.substring(0, slash));
    String action = slash < 0 ? "" : rest.substring(slash);
    if (action.isEmpty() && HttpMethod.DELETE.is(exchange.request().getMethod())) {
      exchange.require(Scope.ADMIN);
      answer(exchange, () -> uplink.drop(id), 200);
    } else if (action.equals("/requeue")) {
      if (!exchange.isPost()) {
        throw V1Failure.method("POST");
      }
      exchange.require(Scope.ADMIN);
      answer(exchange, () -> uplink.requeue(id), 202);
    } else if (action.isEmpty()) {
      if (exchange.isPost()) {
        throw V1Failure.method("GET, HEAD, DELETE");
      }
      get(exchange, () -> one(exchange, id));
    } else {
      throw V1Failure.notFound("there is no " + exchange.path());
    }
  }

  private void one(Exchange exchange, long id) {
    TaskStatus status =
        uplink.task(id).orElseThrow(() -> new UplinkException.NotFound("there is no task " + id));
    exchange.json(200, Json.bytes(json -> TaskJson.write(json, status)));
  }

  private void list(Exchange exchange) {
    Map<String, String> query = query(exchange);
    TaskState state = state(query.getOrDefault("state", TaskState.FAILED.word()));
    long after = number(query, "after", 0, Long.MAX_VALUE).orElse(0);
    int limit = (int) number(query, "limit", 1, MOST_LISTED).orElse(LISTED);
    List<TaskStatus> tasks = uplink.list(state, after, limit);
    exchange.json(200, Json.bytes(json -> TaskJson.writeAll(json, tasks)));
  }

  private void answer(Exchange exchange, Supplier<CompletableFuture<TaskStatus>> change, int ok) {
    exchange.watch(
        change
            .get()
            .handleAsync(
                (status, failure) -> {
                  if (failure == null) {
                    exchange.json(ok, Json.bytes(json -> TaskJson.write(json, status)));
                  } else {
                    V1Failure.of(failure).send(exchange);
                  }
                  return null;
                },
                threads));
  }

  private static void get(Exchange exchange, Runnable answer) {
    if (!exchange.isGet()) {
      throw V1Failure.method("GET, HEAD");
    }
    exchange.require(Scope.READ);
    answer.run();
  }

  static Map<String, String> query(Exchange exchange) {
    try {
      return Query.parse(exchange.query());
    } catch (IllegalArgumentException e) {
      throw V1Failure.badRequest(e.getMessage());
    }
  }

  private static OptionalLong number(
      Map<String, String> query, String name, long least, long most) {
    String text = query.get(name);
    if (text == null) {
      return OptionalLong.empty();
    }
    try {
      long number = Decoding.integer(text).getAsLong();
      if (number >= least && number <= most) {
        return OptionalLong.of(number);
      }
    } catch (IllegalArgumentException e) {
      // Told below, as a number that is out of range.
    }
    throw V1Failure.badRequest(
        name + " = \"" + text + "\": allowed are numbers from " + least + " to " + most);
  }

  private static long id(String text) {
    try {
      return Decoding.integer(text).getAsLong();
    } catch (IllegalArgumentException e) {
      throw V1Failure.badRequest("a task's id is a decimal number, this is \"" + text + "\"");
    }
  }

  private static TaskState state(String word) {
    return Arrays.stream(TaskState.values())
        .filter(state -> state.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                V1Failure.badRequest(
                    "state = \""
                        + word
                        + "\": allowed are "
                        + Arrays.stream(TaskState.values())
                            .map(TaskState::word)
                            .collect(Collectors.joining(", "))));
  }
}
