package dev.varve.it;

/** Pauses between two looks at something that changes elsewhere, and moments that a seed chose. */
final class Pause {
  private Pause() {}

  static void ms(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
