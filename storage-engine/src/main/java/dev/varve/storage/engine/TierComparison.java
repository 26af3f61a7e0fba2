package dev.varve.storage.engine;

import com.google.protobuf.ByteString;
import dev.varve.storage.Envelope;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.engine.MemoryTier.View;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares records that memory holds with the disk tier's, picked at random: disk wins, unless its
 * copy is damaged, which is only told. Threads: one at a time.
 *
 * <p>State changes with each block: a comparison that a commit overlapped says nothing and is made
 * again.
 */
final class TierComparison {
  private static final Logger LOG = LoggerFactory.getLogger(TierComparison.class);
  private static final int ATTEMPTS = 10;
  private static final long PAUSE_NANOS = 1_000_000;

  private final DiskRecords disk;
  private final MemoryAccess memory;
  private final LongSupplier commits;
  private final Random random;
  private final SyncCounters counters;

  /** {@code commits} is odd while a commit is under way, and never the same after one. */
  TierComparison(
      DiskRecords disk,
      MemoryAccess memory,
      LongSupplier commits,
      Random random,
      SyncCounters counters) {
    this.disk = disk;
    this.memory = memory;
    this.commits = commits;
    this.random = random;
    this.counters = counters;
  }

  /** Compares at most so many. */
  void run(int count) {
    TreeSet<byte[]> keys = new TreeSet<>(Arrays::compare);
    keys.addAll(memory.sample(memory.view(), count, random));
    for (byte[] key : keys) {
      boolean done = false;
      for (int attempt = 0; attempt < ATTEMPTS && !done; attempt++) {
        done = compare(key);
      }
    }
  }

  /** Returns false when a commit came in between. */
  private boolean compare(byte[] key) {
    boolean mutable = StoredRecord.typeOf(key) == RecordType.STATE;
    long before = commits.getAsLong();
    View seen = memory.view();
    if (mutable && isRecent(seen, key)) {
      return true;
    }
    Optional<byte[]> held = memory.peek(seen, key);
    if (held.isEmpty()) {
      return true;
    }
    Optional<StoredRecord> stored;
    boolean missing;
    try {
      stored = disk.read(key);
      missing = stored.isEmpty() && !mutable && disk.keepsBlockOf(key);
    } catch (StorageException.Corruption e) {
      tellDamage(key, held.get(), e.getMessage());
      return true;
    }
    if (mutable && ((before & 1) != 0 || commits.getAsLong() != before)) {
      LockSupport.parkNanos(PAUSE_NANOS);
      return false;
    }
    if (missing) {
      tellDamage(key, held.get(), StoredRecord.name(key) + " is missing");
      return true;
    }
    if (stored.isEmpty() && !mutable) {
      counters.compared.increment();
      memory.repair(seen, key, held.get(), null);
      LOG.debug("{} removed from memory: disk keeps its block no more", StoredRecord.name(key));
      return true;
    }
    judge(seen, key, held.get(), stored.map(StoredRecord::value).orElse(null));
    return true;
  }

  private static boolean isRecent(View seen, byte[] key) {
    ByteString stateKey = ByteString.copyFrom(key, 1, key.length - 1);
    return seen.recent().stream().anyMatch(recent -> recent.write(stateKey) != null);
  }

  private void tellDamage(byte[] key, byte[] held, String what) {
    counters.compared.increment();
    counters.diskCorruptions.increment();
    LOG.error(
        "Corruption: disk store: {}; the copy in memory {}",
        what,
        isWhole(key, held)
            ? "is whole, checksum " + StoredRecord.checksum(held)
            : "is damaged too");
  }

  private void judge(View seen, byte[] key, byte[] held, byte[] stored) {
    counters.compared.increment();
    if (Arrays.equals(held, stored)) {
      return;
    }
    if (memory.repair(seen, key, held, stored)) {
      counters.repaired.increment();
      LOG.warn(
          "{} differs: checksum in memory {}{}, on disk {}; memory's copy was {}",
          StoredRecord.name(key),
          StoredRecord.checksum(held),
          isWhole(key, held) ? "" : " (damaged)",
          stored == null ? "no record" : StoredRecord.checksum(stored),
          stored == null ? "removed" : "replaced");
    }
  }

  private static boolean isWhole(byte[] key, byte[] held) {
    RecordType type = StoredRecord.typeOf(key);
    try {
      Envelope.openTyped(type, key, held, DiskRecords.parser(type));
      return true;
    } catch (StorageException.Corruption e) {
      return false;
    }
  }
}
