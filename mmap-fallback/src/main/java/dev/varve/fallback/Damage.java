package dev.varve.fallback;

import java.nio.file.Path;

/**
 * Something in a log's files that is not as it was written.
 *
 * @param file the file, under the name it has now
 * @param offset bytes from its start
 * @param kind how it is told apart and what it means
 * @param what one sentence: what was found, and what was done about it
 */
public record Damage(Path file, long offset, Kind kind, String what) {
  /** Kinds of damage. */
  public enum Kind {
    /** The end of an append that was never acknowledged: cut, the log goes on. */
    TORN_TAIL,
    /** Acknowledged bytes are wrong or missing: the log ends there, the rest is kept aside. */
    DAMAGED,
    /** Something that follows from the entries was wrong: rebuilt from them, nothing is lost. */
    REBUILT
  }
}
