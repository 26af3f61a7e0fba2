package dev.varve.ledger.commitment;

import com.google.protobuf.ByteString;
import dev.varve.storage.StateWrite;
import dev.varve.storage.StorageEngine;
import java.util.Arrays;
import java.util.List;

/**
 * The app hash: a commitment to the whole state, kept up to date block by block at a cost a write
 * that does not depend on how large the state is.
 *
 * <p>Equal histories give equal roots on every machine; a call without effect leaves the root as it
 * is. Format, proofs and security: see the package. A call of {@link #apply} that throws leaves the
 * commitment undefined: restore it. Not thread-safe.
 */
public final class StateCommitment {
  /** Names the construction in the genesis app state. */
  public static final String SCHEME = "varve-bucket-twigs";

  /** The version of the construction and of its deltas. */
  public static final int VERSION = 1;

  /** The log may be this many times as long as there are buckets, plus the slack. */
  static final int SPAN_FACTOR = 3;

  static final int SPAN_SLACK = TwigLog.SETTLE_POSITIONS;

  private static final int ENTRY = Arena.ENTRY_BYTES;

  private final Sha256 sha = new Sha256();
  private final EntryHasher hasher = new EntryHasher(sha);
  private final Delta.Writer delta = new Delta.Writer();
  private final byte[] leaf = new byte[Sha256.LENGTH];
  private final byte[] message;
  private final Directory directory = new Directory();
  private final BucketTable table;
  private final TwigLog log;
  private byte[] entries = new byte[64 * ENTRY];

  /** First 8 bytes of the key hash of every write that had an effect. */
  private long[] effective = new long[64];

  private int[] touched = new int[64];
  private ByteString root;
  private long lastHeight;

  private StateCommitment() {
    table = new BucketTable(sha, directory);
    log = new TwigLog(sha, directory);
    message = new byte[Sha256.LENGTH + log.pending().length + 4 * Long.BYTES];
    root = computeRoot();
  }

  /** The commitment to a state without keys, before anything was applied. */
  public static StateCommitment empty() {
    return new StateCommitment();
  }

  /**
   * Rebuilds the commitment at the engine's last height from its state and deltas, and checks both
   * against the app hash stored there.
   *
   * @throws dev.varve.storage.StorageException.Corruption when they do not agree
   */
  public static StateCommitment restore(StorageEngine engine) {
    StateCommitment commitment = new StateCommitment();
    new Restorer(engine, commitment.directory, commitment.table, commitment.log, commitment.hasher)
        .restore(commitment::finishRestore);
    return commitment;
  }

  /** Joins two deltas into one that does both, in this order. */
  public static ByteString concat(ByteString first, ByteString second) {
    return first.concat(second);
  }

  /** The root after the last call of {@link #apply}, 32 bytes. */
  public ByteString root() {
    return root;
  }

  /**
   * Applies the writes of one block.
   *
   * @param height the block's height
   * @param writes in any order, each key at most once
   */
  public Update apply(long height, List<StateWrite> writes) {
    int bucketsBefore = table.buckets();
    int count = put(writes);
    if (count == 0) {
      return new Update(root, ByteString.EMPTY, floor());
    }
    table.resize(BucketTable.bucketsFor(table.keys()));
    int buckets = table.buckets();
    lastHeight = height;
    delta.begin(height, log.next(), table.keys(), buckets);
    for (int bucket = buckets; bucket < bucketsBefore; bucket++) {
      log.remove(bucket);
    }
    int rewritten = collectTouched(count, bucketsBefore);
    // All former positions first: without hashes between them their cache misses overlap.
    for (int i = 0; i < rewritten; i++) {
      log.remove(touched[i]);
    }
    for (int from = 0; from < rewritten; from += BucketTable.FETCH_LENGTH) {
      int to = Math.min(rewritten, from + BucketTable.FETCH_LENGTH);
      table.fetch(touched, from, to);
      for (int i = from; i < to; i++) {
        append(touched[i], height);
      }
    }
    compact(rewritten, height);
    log.endBlock();
    root = computeRoot();
    return new Update(root, delta.end(), floor());
  }

  /** Applies the writes to the buckets; returns how many had an effect. */
  private int put(List<StateWrite> writes) {
    int count = writes.size();
    if (effective.length < count) {
      entries = new byte[Math.multiplyExact(Arena.capacity(count), ENTRY)];
      effective = new long[Arena.capacity(count)];
    }
    for (int i = 0; i < count; i++) {
      StateWrite write = writes.get(i);
      hasher.key(write.key(), entries, i * ENTRY);
      if (!write.isDelete()) {
        hasher.value(write.value(), write.height(), entries, i * ENTRY + Sha256.LENGTH);
      }
    }
    int done = 0;
    for (int from = 0; from < count; from += BucketTable.FETCH_LENGTH) {
      int to = Math.min(count, from + BucketTable.FETCH_LENGTH);
      table.fetch(entries, from, to);
      for (int i = from; i < to; i++) {
        if (!writes.get(i).isDelete()) {
          table.put(entries, i * ENTRY);
        } else if (!table.remove(entries, i * ENTRY)) {
          continue;
        }
        effective[done++] = Bytes.getLong(entries, i * ENTRY);
      }
    }
    return done;
  }

  /** Collects, in order and once each, the buckets to rewrite; returns how many. */
  private int collectTouched(int count, int bucketsBefore) {
    int buckets = table.buckets();
    if (buckets == 0) {
      return 0;
    }
    int low = Math.min(bucketsBefore, buckets);
    int high = Math.max(bucketsBefore, buckets);
    int most = Math.addExact(count, Math.multiplyExact(2, high - low));
    if (touched.length < most) {
      touched = new int[Arena.capacity(most)];
    }
    int found = 0;
    for (int i = 0; i < count; i++) {
      touched[found++] = BucketTable.address(effective[i], buckets);
    }
    for (int bucket = low; bucket < high; bucket++) {
      if (bucket < buckets) {
        touched[found++] = bucket;
      }
      if (bucket > 0 && BucketTable.parent(bucket) < buckets) {
        touched[found++] = BucketTable.parent(bucket);
      }
    }
    Arrays.sort(touched, 0, found);
    int unique = 0;
    for (int i = 0; i < found; i++) {
      if (i == 0 || touched[i] != touched[i - 1]) {
        touched[unique++] = touched[i];
      }
    }
    return unique;
  }

  /** Moves the oldest leaves to the end while the log is too long, at most {@code budget}. */
  private void compact(int budget, long height) {
    long limit = (long) SPAN_FACTOR * table.buckets() + SPAN_SLACK;
    for (int moved = 0; moved < budget && log.next() - log.oldest() > limit; moved++) {
      append(log.bucketAt(log.oldest()), height);
    }
  }

  private void append(int bucket, long height) {
    table.hash(bucket, leaf, 0);
    delta.add(bucket, leaf);
    log.append(bucket, leaf, 0, height);
  }

  private ByteString computeRoot() {
    byte[] pending = log.pending();
    System.arraycopy(log.root(), 0, message, 0, Sha256.LENGTH);
    System.arraycopy(pending, 0, message, Sha256.LENGTH, pending.length);
    int at = Sha256.LENGTH + pending.length;
    Bytes.putLong(message, at, table.keys());
    Bytes.putLong(message, at + Long.BYTES, table.buckets());
    Bytes.putLong(message, at + 2 * Long.BYTES, log.base());
    Bytes.putLong(message, at + 3 * Long.BYTES, log.next());
    byte[] hash = new byte[Sha256.LENGTH];
    sha.hash(message, 0, message.length, Sha256.ROOT, hash, 0);
    return ByteString.copyFrom(hash);
  }

  private long floor() {
    return Math.min(lastHeight, log.windowHeight(lastHeight));
  }

  private ByteString finishRestore(long height) {
    lastHeight = height;
    root = computeRoot();
    return root;
  }

  /**
   * What one block changed.
   *
   * @param root the app hash after it, 32 bytes
   * @param delta what {@link StateCommitment#restore} needs of this block; empty without an effect
   * @param floorHeight the lowest height whose delta is still needed
   */
  public record Update(ByteString root, ByteString delta, long floorHeight) {}
}
