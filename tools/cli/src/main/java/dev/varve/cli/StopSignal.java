package dev.varve.cli;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Turns SIGINT and SIGTERM into a request to stop, and holds the JVM until the command has ended in
 * order, at most {@link #LIMIT}; then the process exits with the command's code.
 */
final class StopSignal implements AutoCloseable {
  /** Longer than all parts together may take to close. */
  static final Duration LIMIT = Duration.ofSeconds(75);

  private final CompletableFuture<Void> asked = new CompletableFuture<>();
  private final CompletableFuture<Integer> ended = new CompletableFuture<>();
  private final Thread hook = new Thread(this::onSignal, "stop-signal");
  private Thread interruptible;

  private StopSignal() {}

  static StopSignal install() {
    StopSignal signal = new StopSignal();
    Runtime.getRuntime().addShutdownHook(signal.hook);
    return signal;
  }

  /** Completes when the process is asked to stop. */
  CompletableFuture<Void> asked() {
    return asked;
  }

  boolean isAsked() {
    return asked.isDone();
  }

  /** From now on a signal interrupts the calling thread, until {@link #uninterruptible()}. */
  synchronized void interruptible() {
    interruptible = Thread.currentThread();
  }

  /** The calling thread is no longer interrupted, and what came before is forgotten. */
  synchronized void uninterruptible() {
    interruptible = null;
    Thread.interrupted();
  }

  /** The command is done; a process that was asked to stop exits with this code. */
  void ended(int exitCode) {
    ended.complete(exitCode);
  }

  private void onSignal() {
    asked.complete(null);
    interruptSetup();
    int exitCode = CliException.FAILED;
    try {
      exitCode = ended.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      System.err.println("varve: did not stop within " + LIMIT.toSeconds() + " s, ending anyway");
    }
    // Without it the JVM would exit with 128 + the signal's number, as if it had been killed.
    Runtime.getRuntime().halt(exitCode);
  }

  private synchronized void interruptSetup() {
    if (interruptible != null) {
      interruptible.interrupt();
    }
  }

  @Override
  public void close() {
    if (!asked.isDone()) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The JVM is going down already: the hook runs, and waits for ended().
        asked.complete(null);
      }
    }
  }
}
