package dev.varve.gateway;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells others what came of tasks, in order, on a thread that nothing of the gateway waits for:
 * completes futures and calls listeners.
 *
 * <p>What waits to be told is bounded: futures by the calls that are waited for, changes by each
 * listener's buffer. A listener whose buffer overflows is told so and told no more. Threads: any;
 * {@link #step} from one at a time.
 */
final class Teller {
  private static final Logger LOG = LoggerFactory.getLogger(Teller.class);

  private final GatewayConfig.Limits limits;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Queue<Runnable> news = new ArrayDeque<>();
  private List<Listener> listeners = List.of();

  private final class Listener implements AutoCloseable {
    private final Consumer<TaskStatus> told;
    private final Runnable dropped;
    private final Queue<TaskStatus> waiting = new ArrayDeque<>();

    private Listener(Consumer<TaskStatus> told, Runnable dropped) {
      this.told = told;
      this.dropped = dropped;
    }

    @Override
    public void close() {
      lock.lock();
      try {
        waiting.clear();
        remove(this);
      } finally {
        lock.unlock();
      }
    }
  }

  Teller(GatewayConfig.Limits limits) {
    this.limits = limits;
  }

  /** Has something run on the telling thread. */
  void tell(Runnable each) {
    lock.lock();
    try {
      news.add(each);
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Whether anybody wants to be told of changes. */
  boolean hasListeners() {
    lock.lock();
    try {
      return !listeners.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** A task has changed. */
  void changed(TaskStatus status) {
    lock.lock();
    try {
      for (Listener listener : listeners) {
        if (listener.waiting.size() >= limits.listenerBuffer()) {
          listener.waiting.clear();
          remove(listener);
          news.add(listener.dropped);
        } else {
          listener.waiting.add(status);
        }
      }
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  AutoCloseable subscribe(Consumer<TaskStatus> told, Runnable dropped) {
    lock.lock();
    try {
      if (listeners.size() >= limits.maxListeners()) {
        throw new UplinkException.Busy(
            "there are " + listeners.size() + " subscriptions, no more are allowed");
      }
      Listener listener = new Listener(told, dropped);
      List<Listener> more = new ArrayList<>(listeners);
      more.add(listener);
      listeners = List.copyOf(more);
      return listener;
    } finally {
      lock.unlock();
    }
  }

  private void remove(Listener listener) {
    List<Listener> fewer = new ArrayList<>(listeners);
    fewer.remove(listener);
    listeners = List.copyOf(fewer);
  }

  /** Tells what there is; returns whether there was anything. */
  boolean step() {
    boolean any = false;
    for (Runnable each = nextNews(); each != null; each = nextNews()) {
      any = true;
      run(each);
    }
    List<Listener> all;
    lock.lock();
    try {
      all = listeners;
    } finally {
      lock.unlock();
    }
    for (Listener listener : all) {
      TaskStatus status = nextOf(listener);
      if (status != null) {
        any = true;
        run(() -> listener.told.accept(status));
      }
    }
    return any;
  }

  private Runnable nextNews() {
    lock.lock();
    try {
      return news.poll();
    } finally {
      lock.unlock();
    }
  }

  private TaskStatus nextOf(Listener listener) {
    lock.lock();
    try {
      return listener.waiting.poll();
    } finally {
      lock.unlock();
    }
  }

  private static void run(Runnable told) {
    try {
      told.run();
    } catch (RuntimeException e) {
      LOG.error("a listener to uplink tasks failed; it is told the next change all the same", e);
    }
  }

  /** Waits until there is something to tell, or a second. */
  void await() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = TimeUnit.SECONDS.toNanos(1);
      while (left > 0 && isIdle()) {
        left = work.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean isIdle() {
    return news.isEmpty() && listeners.stream().allMatch(each -> each.waiting.isEmpty());
  }
}
