package dev.varve.fallback;

/** Takes the places where a key hash stands in the log, newest first. */
@FunctionalInterface
public interface HitVisitor {
  /**
   * One hit. Keys of the same hash are hits too: the caller compares the key it reads there.
   *
   * @param sequence the entry
   * @param payloadOffset bytes from the start of the entry's payload, as it was given to {@link
   *     KeyIndex#add}
   * @return true to go on, false to stop
   */
  boolean visit(long sequence, int payloadOffset);
}
