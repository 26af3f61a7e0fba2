package dev.varve.it;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The log of all clients of a gateway: each submission is written here before it is sent, each
 * acknowledgement when it came, and the least that a read of a key must find from then on. Threads:
 * any.
 */
final class AckLog {
  private static final int EVENTS = 60;
  private static final int LATE = 30;

  private final long startNanos = System.nanoTime();
  private final List<LoggedTask> tasks = new ArrayList<>();
  private final Map<String, List<LoggedTask>> byHash = new HashMap<>();
  private final Map<String, AtomicLong> floors = new ConcurrentHashMap<>();
  private final List<String> readable = new ArrayList<>();
  private final Deque<String> events = new ArrayDeque<>();
  private final AtomicLong acknowledged = new AtomicLong();

  /** Milliseconds since the run began, as histories tell times. */
  String now() {
    return "%.3f s ".formatted((System.nanoTime() - startNanos) / 1e9);
  }

  /** Something that happened to a process, for histories. */
  synchronized void event(String what) {
    events.add(now() + what);
    if (events.size() > EVENTS) {
      events.remove();
    }
  }

  synchronized String events() {
    return String.join("\n", events);
  }

  synchronized void add(List<LoggedTask> fresh) {
    for (LoggedTask task : fresh) {
      tasks.add(task);
      byHash.computeIfAbsent(task.hash, hash -> new ArrayList<>(1)).add(task);
    }
  }

  /** An answer that accepts tasks of one request, which may be a batch of one call. */
  void accepted(List<LoggedTask> request, UplinkHttp.Answer answer) {
    for (int i = 0; i < request.size(); i++) {
      LoggedTask task = request.get(i);
      JsonNode own = own(answer.body(), i);
      if (!own.path("hash").asText().equals(task.hash) || own.path("code").asInt() != 0) {
        throw new AssertionError("the answer " + answer + " to\n" + task);
      }
      acknowledged(task, own.path("id").asLong(), "acknowledged: " + own);
    }
  }

  /** A batch of one call is answered like a single call, as CometBFT does. */
  private static JsonNode own(JsonNode body, int i) {
    if (body.has("tasks")) {
      return body.path("tasks").path(i);
    }
    JsonNode reply = body.isArray() ? body.path(i) : body;
    return reply.has("jsonrpc") ? reply.path("result") : reply;
  }

  /** A task was acknowledged: whoever reads its key from now on must find it. */
  private void acknowledged(LoggedTask task, long id, String answer) {
    boolean first = !task.isAcknowledged();
    task.acknowledge(id, now() + answer);
    if (!first) {
      return;
    }
    acknowledged.incrementAndGet();
    if (task.kind == LoggedTask.Kind.BRIEF) {
      return;
    }
    AtomicLong floor = floors.get(task.key);
    if (floor == null) {
      floor = floors.computeIfAbsent(task.key, key -> new AtomicLong());
      synchronized (this) {
        readable.add(task.key);
      }
    }
    floor.accumulateAndGet(task.number, Math::max);
  }

  long acknowledgements() {
    return acknowledged.get();
  }

  /** What is the least that a read of a key, begun now, may find; a read raises it. */
  AtomicLong floor(String key) {
    return floors.get(key);
  }

  /** A key of which a write was acknowledged, more often a late one; null while there is none. */
  synchronized String someKey(Random random) {
    if (readable.isEmpty()) {
      return null;
    }
    int late = Math.min(readable.size(), LATE);
    return random.nextInt(10) < 7
        ? readable.get(readable.size() - 1 - random.nextInt(late))
        : readable.get(random.nextInt(readable.size()));
  }

  synchronized List<LoggedTask> tasks() {
    return List.copyOf(tasks);
  }

  /** Tasks from a place in the log on. */
  synchronized List<LoggedTask> tasksFrom(int place) {
    return List.copyOf(tasks.subList(place, tasks.size()));
  }

  /** All submissions of the same bytes. */
  synchronized List<LoggedTask> of(String hash) {
    return List.copyOf(byHash.getOrDefault(hash, Collections.emptyList()));
  }
}
