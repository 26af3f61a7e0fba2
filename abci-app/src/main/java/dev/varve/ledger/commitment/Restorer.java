package dev.varve.ledger.commitment;

import com.google.protobuf.ByteString;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.StateRecord;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rebuilds a commitment: the log from the deltas, the buckets from the state, and each checked
 * against the other. Used once.
 */
final class Restorer {
  private static final Logger LOG = LoggerFactory.getLogger(Restorer.class);

  private static final long PROGRESS_KEYS = 1_000_000;

  /** Above every key of the state: none is this long. */
  private static final ByteString END = ByteString.copyFrom(filled(2048));

  private final StorageEngine engine;
  private final Directory directory;
  private final BucketTable table;
  private final TwigLog log;
  private final EntryHasher hasher;
  private final byte[] entry = new byte[Arena.ENTRY_BYTES];

  /** The committed leaf hash of each bucket, in pages so that growth copies none. */
  private byte[][] leaves = new byte[4][];

  private static final int PAGE_SHIFT = 12;
  private static final int PAGE_MASK = (1 << PAGE_SHIFT) - 1;

  private long height;
  private long keys;
  private int buckets;
  private long start = -1;

  Restorer(
      StorageEngine engine,
      Directory directory,
      BucketTable table,
      TwigLog log,
      EntryHasher hasher) {
    this.engine = engine;
    this.directory = directory;
    this.table = table;
    this.log = log;
    this.hasher = hasher;
  }

  /** {@code root} gives the root of what was rebuilt, told the last height with a delta. */
  void restore(LongFunction<ByteString> root) {
    AppliedHeight applied = engine.applied();
    if (applied.getHeight() == 0) {
      return;
    }
    engine.scanCommitments(this::replay);
    if (start > 0 && log.base() - (log.base() & TwigRing.MASK) < start) {
      throw corruption(
          "deltas start at position "
              + start
              + " of the log, but the active ones at "
              + log.base());
    }
    table.resize(buckets);
    engine.scanState(ByteString.EMPTY, END, this::load);
    if (table.keys() != keys) {
      throw corruption("it has " + table.keys() + " keys, committed are " + keys);
    }
    checkBuckets();
    ByteString found = root.apply(height);
    if (!found.equals(applied.getAppHash())) {
      throw corruption(
          "it hashes to "
              + hex(found)
              + ", committed at height "
              + applied.getHeight()
              + " is "
              + hex(applied.getAppHash()));
    }
    if (keys >= PROGRESS_KEYS) {
      LOG.info("state commitment verified: {} keys at height {}", keys, applied.getHeight());
    }
  }

  private void replay(long atHeight, ByteString commitment) {
    byte[] bytes = commitment.toByteArray();
    for (int offset = 0; offset < bytes.length; ) {
      Delta.Segment segment;
      try {
        segment = Delta.Segment.read(bytes, offset);
      } catch (IllegalArgumentException e) {
        throw new StorageException.Corruption(
            "the commitment delta of height " + atHeight + " is damaged: " + e.getMessage(), e);
      }
      replay(atHeight, bytes, segment);
      offset = segment.end();
    }
  }

  private void replay(long atHeight, byte[] bytes, Delta.Segment segment) {
    if (start < 0) {
      start = segment.firstPosition();
      log.startAt(start);
    }
    int count = segment.buckets();
    if (segment.firstPosition() != log.next()
        || segment.firstPosition() < 0
        || segment.keys() < 0
        || segment.keys() > BucketTable.MAX_KEYS
        || count != BucketTable.bucketsFor(segment.keys())) {
      throw new StorageException.Corruption(
          "the commitment delta of height "
              + atHeight
              + " does not follow: it starts at position "
              + segment.firstPosition()
              + " where "
              + log.next()
              + " is next, with "
              + segment.keys()
              + " keys in "
              + count
              + " buckets",
          null);
    }
    for (int bucket = count; bucket < buckets; bucket++) {
      log.remove(bucket);
    }
    buckets = count;
    keys = segment.keys();
    height = segment.height();
    for (int at = segment.start(); at < segment.end(); at += Delta.ENTRY_BYTES) {
      int bucket = Bytes.getInt(bytes, at);
      if (bucket < 0 || bucket >= buckets) {
        throw new StorageException.Corruption(
            "the commitment delta of height "
                + atHeight
                + " names bucket "
                + Integer.toUnsignedString(bucket)
                + " of "
                + buckets,
            null);
      }
      directory.ensure(bucket);
      log.append(bucket, bytes, at + Integer.BYTES, segment.height());
      System.arraycopy(bytes, at + Integer.BYTES, page(bucket), leafOffset(bucket), Sha256.LENGTH);
    }
    log.endBlock();
  }

  private boolean load(ByteString key, StateRecord state) {
    if (buckets == 0) {
      throw corruption("it has keys, committed are none");
    }
    if (table.keys() == keys) {
      throw corruption("it has more than the " + keys + " keys that are committed");
    }
    hasher.key(key, entry, 0);
    hasher.value(state.getValue(), state.getHeight(), entry, Sha256.LENGTH);
    table.put(entry, 0);
    if (table.keys() % PROGRESS_KEYS == 0) {
      LOG.info("rebuilding the state commitment: {} of {} keys", table.keys(), keys);
    }
    return true;
  }

  private void checkBuckets() {
    byte[] hash = new byte[Sha256.LENGTH];
    for (int bucket = 0; bucket < buckets; bucket++) {
      table.hash(bucket, hash, 0);
      int at = leafOffset(bucket);
      if (!Arrays.equals(hash, 0, Sha256.LENGTH, page(bucket), at, at + Sha256.LENGTH)) {
        throw corruption(
            "bucket "
                + bucket
                + " of "
                + buckets
                + " hashes to "
                + HexFormat.of().formatHex(hash)
                + ", committed is "
                + HexFormat.of().formatHex(page(bucket), at, at + Sha256.LENGTH));
      }
    }
  }

  private byte[] page(int bucket) {
    int page = bucket >>> PAGE_SHIFT;
    if (page >= leaves.length) {
      leaves = Arrays.copyOf(leaves, Math.max(page + 1, leaves.length * 2));
    }
    if (leaves[page] == null) {
      leaves[page] = new byte[(PAGE_MASK + 1) * Sha256.LENGTH];
    }
    return leaves[page];
  }

  private static int leafOffset(int bucket) {
    return (bucket & PAGE_MASK) * Sha256.LENGTH;
  }

  private static StorageException.Corruption corruption(String what) {
    return new StorageException.Corruption(
        "the stored state is not the one that was committed: " + what, null);
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  private static byte[] filled(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 0xff);
    return bytes;
  }
}
