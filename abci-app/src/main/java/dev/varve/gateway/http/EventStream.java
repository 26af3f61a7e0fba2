package dev.varve.gateway.http;

import dev.varve.gateway.TaskStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;

/** {@code GET /v1/events}: the states of tasks as server-sent events, until the client goes. */
final class EventStream implements Outbox.Wire {
  private static final String BEAT = ": alive\n\n";

  private final Exchange exchange;
  private final Streams streams;
  private final Outbox outbox;
  private final Scheduler timer;
  private final Duration heartbeat;
  private final Consumer<TaskStatus> listener;
  private final Runnable end = this::end;
  private volatile Scheduler.Task beating;
  private boolean ended;

  private EventStream(
      Exchange exchange,
      Streams streams,
      EventQuery query,
      GatewayServerConfig config,
      Executor threads,
      Scheduler timer) {
    this.exchange = exchange;
    this.streams = streams;
    this.timer = timer;
    this.heartbeat = config.timeouts().heartbeat();
    this.outbox = new Outbox(this, config.limits().streamEvents(), threads);
    this.listener =
        status -> {
          if (query.matches(status)) {
            outbox.offer(() -> event(status));
          }
        };
  }

  /** Opens a stream, or refuses it where too many are open. */
  static void open(
      Exchange exchange,
      Streams streams,
      GatewayServerConfig config,
      Executor threads,
      Scheduler timer) {
    EventQuery query = query(V1.query(exchange).get("hash"));
    EventStream stream = new EventStream(exchange, streams, query, config, threads, timer);
    if (!streams.add(stream.end)) {
      exchange.retryLater();
      exchange.error(RpcException.BUSY, "busy", "too many streams are open");
      return;
    }
    exchange.header("Content-Type", "text/event-stream");
    exchange.header("Cache-Control", "no-store");
    exchange.response().setStatus(200);
    streams.listen(stream.listener);
    stream.beat();
  }

  private static EventQuery query(String hash) {
    if (hash == null) {
      return new EventQuery("", Optional.empty());
    }
    return EventQuery.parse("tm.event='Uplink' AND tx.hash='" + hash + "'")
        .orElseThrow(
            () -> V1Failure.badRequest("hash = \"" + hash + "\": allowed are 64 hex digits"));
  }

  private static String event(TaskStatus status) {
    byte[] json = Json.bytes(generator -> TaskJson.write(generator, status));
    return "event: task\ndata: " + new String(json, StandardCharsets.UTF_8) + "\n\n";
  }

  /** Signs of life also find out that a client is gone. */
  private void beat() {
    if (outbox.offer(() -> BEAT)) {
      beating = timer.schedule(this::beat, heartbeat.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public synchronized void write(String text) {
    if (ended) {
      return;
    }
    exchange
        .response()
        .write(
            false,
            ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)),
            Callback.from(outbox::written, failure -> cutOff("gone")));
  }

  @Override
  public synchronized void cutOff(String why) {
    release();
    exchange.ticket().failed(new IOException("the stream ends: " + why));
  }

  private synchronized void end() {
    if (outbox.isWriting()) {
      cutOff("the gateway stops, and the client does not read");
    } else {
      release();
      exchange.ticket().succeeded();
    }
  }

  private void release() {
    ended = true;
    Scheduler.Task task = beating;
    if (task != null) {
      task.cancel();
    }
    outbox.close();
    streams.unlisten(listener);
    streams.remove(end);
  }
}
