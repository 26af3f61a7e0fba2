package dev.varve.fallback;

/** What an append that returned is worth. */
public enum Durability {
  /** On disk: every append is forced before it returns, and open brings it back. */
  FORCED,
  /** Held while the process lives: nothing is ever forced, open discards what is there. */
  VOLATILE
}
