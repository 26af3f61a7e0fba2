package dev.varve.storage.engine;

/** Waiting for threads to end. */
final class Threads {
  private Threads() {}

  /** Returns when the thread has ended, whether or not the caller is interrupted meanwhile. */
  static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
