package dev.varve.abci;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/** Threads of tests. */
final class TestThreads {
  /** A step that may fail. */
  interface Step {
    void run() throws Exception;
  }

  private TestThreads() {}

  /** A failure shows in what the test then misses; it is printed by the default handler. */
  static Thread start(String name, Step step) {
    Callable<Void> call =
        () -> {
          step.run();
          return null;
        };
    Thread thread = new Thread(() -> callUnchecked(call), name);
    thread.start();
    return thread;
  }

  static void await(CountDownLatch latch) {
    callUnchecked(
        () -> {
          latch.await();
          return null;
        });
  }

  static List<String> named(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith(prefix + "-"))
        .toList();
  }

  private static void callUnchecked(Callable<Void> call) {
    try {
      call.call();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
