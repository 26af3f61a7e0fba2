package dev.varve.gateway.http;

import dev.varve.gateway.TaskStatus;
import dev.varve.gateway.Uplink;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The open streams, a bounded number, and what tells them of tasks. */
final class Streams implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Streams.class);

  private final int most;
  private final Set<Runnable> open = ConcurrentHashMap.newKeySet();
  private final List<Consumer<TaskStatus>> listeners = new CopyOnWriteArrayList<>();
  private final AutoCloseable subscription;
  private boolean closed;

  Streams(Uplink uplink, int most) {
    this.most = most;
    this.subscription = uplink.subscribe(this::tell);
  }

  private void tell(TaskStatus status) {
    for (Consumer<TaskStatus> listener : listeners) {
      listener.accept(status);
    }
  }

  /**
   * Takes a stream up; false where there are too many, or where the server stops.
   *
   * @param end ends the stream
   */
  synchronized boolean add(Runnable end) {
    return !closed && open.size() < most && open.add(end);
  }

  void remove(Runnable end) {
    open.remove(end);
  }

  /** Tells a listener, which must not wait, of every later change of a task. */
  void listen(Consumer<TaskStatus> listener) {
    listeners.add(listener);
  }

  void unlisten(Consumer<TaskStatus> listener) {
    listeners.remove(listener);
  }

  /** Ends all streams. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    open.forEach(Runnable::run);
    try {
      subscription.close();
    } catch (Exception e) {
      LOG.warn("the subscription to the uplink did not end in order: {}", e.getMessage());
    }
  }
}
