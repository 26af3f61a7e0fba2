package dev.varve.ledger.commitment;

import dev.varve.storage.StateWrite;
import java.util.List;

/**
 * The hashes of one block's writes that a commitment is made of: they depend on the writes alone,
 * so they can be taken before it is the block's turn, on any thread.
 *
 * <p>Not thread-safe; hand it over whole.
 */
public final class WriteDigests {
  private final EntryHasher hasher = new EntryHasher(new Sha256());

  /** An entry a write, in the order given; of a delete, the key hash alone. */
  private byte[] entries = new byte[64 * Entries.ENTRY_BYTES];

  private boolean[] deletes = new boolean[64];
  private int count;

  /** The digests of these writes. */
  public static WriteDigests of(List<StateWrite> writes) {
    WriteDigests digests = new WriteDigests();
    digests.set(writes);
    return digests;
  }

  /** Takes the digests of other writes. */
  void set(List<StateWrite> writes) {
    count = writes.size();
    if (deletes.length < count) {
      int length = count + count / 2;
      entries = new byte[Math.multiplyExact(length, Entries.ENTRY_BYTES)];
      deletes = new boolean[length];
    }
    for (int i = 0; i < count; i++) {
      StateWrite write = writes.get(i);
      int at = i * Entries.ENTRY_BYTES;
      hasher.key(write.key(), entries, at);
      deletes[i] = write.isDelete();
      if (!deletes[i]) {
        hasher.value(write.value(), write.height(), entries, at);
      }
    }
  }

  int count() {
    return count;
  }

  byte[] entries() {
    return entries;
  }

  boolean[] deletes() {
    return deletes;
  }
}
