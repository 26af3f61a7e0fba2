package dev.varve.gateway.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.varve.gateway.Source;
import dev.varve.gateway.TaskStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** One client's subscriptions to the uplink over WebSocket. Threads: any, the client's in turn. */
final class Subscriptions {
  private static final int MOST = 100;

  private final Streams streams;
  private final Outbox outbox;
  private final Map<String, Consumer<TaskStatus>> listeners = new HashMap<>();

  Subscriptions(Streams streams, Outbox outbox) {
    this.streams = streams;
    this.outbox = outbox;
  }

  /** Subscribes, and answers the request with an id; every event carries the same. */
  synchronized void add(String id, EventQuery query) {
    if (listeners.containsKey(query.text())) {
      fail(id, "already subscribed");
      return;
    }
    if (listeners.size() == MOST) {
      fail(id, "max_subscriptions_per_client " + MOST + " reached");
      return;
    }
    done(id);
    Consumer<TaskStatus> listener =
        status -> {
          if (query.matches(status)) {
            outbox.offer(() -> event(id, query, status));
          }
        };
    listeners.put(query.text(), listener);
    streams.listen(listener);
  }

  synchronized void remove(String id, EventQuery query) {
    Consumer<TaskStatus> listener = listeners.remove(query.text());
    if (listener == null) {
      fail(id, "subscription not found");
      return;
    }
    streams.unlisten(listener);
    done(id);
  }

  synchronized void clear() {
    listeners.values().forEach(streams::unlisten);
    listeners.clear();
  }

  /** Answers a request that has no result. */
  void done(String id) {
    RpcReply done =
        new RpcReply.Result(
            json -> {
              json.writeStartObject();
              json.writeEndObject();
            },
            Source.PENDING,
            0);
    outbox.offer(() -> text(done, id));
  }

  private void fail(String id, String why) {
    outbox.offer(() -> text(new RpcReply.Failure(RpcException.internal(why)), id));
  }

  static String text(RpcReply reply, String id) {
    return new String(reply.toResponse(id), StandardCharsets.UTF_8);
  }

  /** As the node sends its events. */
  private static String event(String id, EventQuery query, TaskStatus status) {
    return text(new RpcReply.Result(json -> event(json, query, status), Source.PENDING, 0), id);
  }

  private static void event(JsonGenerator json, EventQuery query, TaskStatus status)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("query", query.text());
    json.writeObjectFieldStart("data");
    json.writeStringField("type", "varve/uplink");
    json.writeFieldName("value");
    TaskJson.write(json, status);
    json.writeEndObject();
    json.writeObjectFieldStart("events");
    list(json, "tm.event", "Uplink");
    list(json, "tx.hash", Json.hex(status.hash()));
    list(json, "uplink.state", status.state().word());
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void list(JsonGenerator json, String name, String value) throws IOException {
    json.writeArrayFieldStart(name);
    json.writeString(value);
    json.writeEndArray();
  }
}
