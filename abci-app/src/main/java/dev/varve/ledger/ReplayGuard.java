package dev.varve.ledger;

import com.google.protobuf.ByteString;
import dev.varve.storage.StateWrite;
import dev.varve.storage.StorageEngine;

/**
 * Lets an envelope in once: judges its window, looks for its acceptance in committed state, and
 * deletes acceptances that no longer matter.
 *
 * <p>Threads: {@link #judge} and {@link #isAccepted} from any; {@link #purge} and {@link
 * #committed} from the consensus thread.
 */
final class ReplayGuard {
  /** What a block may delete beyond twice its own writes; a constant of consensus. */
  static final int PURGE_BASE = 256;

  private final StorageEngine engine;

  /**
   * No acceptance in committed state has a lower valid_until_height. It only spares reads: state
   * below it is empty, so a restart, which begins at 0 again, purges the same keys.
   */
  private long lowest;

  ReplayGuard(StorageEngine engine) {
    this.engine = engine;
  }

  /** Whether a block of this height may hold an envelope with this window. */
  static Code judge(long validUntilHeight, long height) {
    if (height > validUntilHeight) {
      return Code.EXPIRED;
    }
    return validUntilHeight - height > Transactions.MAX_VALIDITY_BLOCKS
        ? Code.TOO_FAR_AHEAD
        : Code.OK;
  }

  /** What is wrong with it, for people. */
  static String describe(Code code, long validUntilHeight, long height) {
    String what = "valid_until_height " + validUntilHeight + ", block height " + height;
    return switch (code) {
      case EXPIRED -> "the envelope has expired: " + what;
      case TOO_FAR_AHEAD ->
          "the envelope is valid for too long: "
              + what
              + ", allowed are at most "
              + Transactions.MAX_VALIDITY_BLOCKS
              + " blocks";
      case REPLAYED -> "the envelope was accepted before: " + what;
      default -> throw new IllegalArgumentException("not a verdict on an envelope: " + code);
    };
  }

  boolean isAccepted(ByteString acceptedKey) {
    return engine.state(acceptedKey).isPresent();
  }

  /**
   * Adds deletions of expired acceptances to a block's writes, if it has any.
   *
   * @return the lowest valid_until_height that committed state may still hold afterwards
   */
  long purge(long height, WriteSet writes) {
    if (writes.size() == 0 || lowest >= height) {
      return lowest;
    }
    Purge purge = new Purge(height, writes);
    engine.scanState(
        StateKeys.acceptedFrom(lowest), StateKeys.ACCEPTED_END, (key, state) -> purge.visit(key));
    return purge.next;
  }

  /** Tells that a block was committed that left this as the lowest height. */
  void committed(long newLowest) {
    lowest = newLowest;
  }

  private static final class Purge {
    private final long height;
    private final WriteSet writes;
    private long left;
    private long next = Long.MAX_VALUE;

    private Purge(long height, WriteSet writes) {
      this.height = height;
      this.writes = writes;
      this.left = PURGE_BASE + 2L * writes.size();
    }

    private boolean visit(ByteString key) {
      long validUntilHeight = StateKeys.validUntilHeight(key);
      if (validUntilHeight >= height || left == 0) {
        next = validUntilHeight;
        return false;
      }
      writes.add(new StateWrite(key, null, height));
      left--;
      return true;
    }
  }
}
