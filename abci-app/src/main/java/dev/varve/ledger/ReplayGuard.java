package dev.varve.ledger;

import com.google.protobuf.ByteString;
import dev.varve.storage.StateWrite;
import dev.varve.storage.StorageEngine;
import java.util.List;

/**
 * Lets an envelope in once: judges its window, looks for its acceptance in committed state, and
 * deletes acceptances that no longer matter. Asks no store once it is made.
 *
 * <p>Threads: {@link #judge} and {@link #isAccepted} from any; {@link #purge} beside no {@link
 * #committed}.
 */
final class ReplayGuard {
  /** What a block may delete beyond twice its own writes; a constant of consensus. */
  static final int PURGE_BASE = 256;

  private final Acceptances accepted;

  /** Reads the acceptances of the engine's state. */
  ReplayGuard(StorageEngine engine) {
    this.accepted = Acceptances.load(engine);
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
    return accepted.contains(acceptedKey);
  }

  /** Adds deletions of expired acceptances to a block's writes, if it has any. */
  void purge(long height, WriteSet writes) {
    if (writes.size() == 0) {
      return;
    }
    long most = writes.size() + PURGE_BASE + 2L * writes.size();
    accepted.visitBelow(
        height,
        key -> {
          if (writes.size() == most) {
            return false;
          }
          writes.add(new StateWrite(key, null, height));
          return true;
        });
  }

  /** Tells the writes of a block that was committed. */
  void committed(List<StateWrite> writes) {
    accepted.committed(writes);
  }
}
