package dev.varve.storage.disk;

import dev.varve.storage.Envelope;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.RecordReader.StoredEntry;
import dev.varve.storage.record.TransactionSlice;
import dev.varve.storage.record.TxLocation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops blocks, transactions, results, logs and seals below a height, and the index entries that
 * lead there, a bounded number of records a step. Nothing goes that a rollback within the history
 * needs.
 *
 * <p>Invariant: what lies below {@link ChainFloor} is never answered, so it may go in any order and
 * be broken off anywhere; the lowest block that is there tells where to go on. Threads: one at a
 * time, beside the one that applies.
 */
final class ChainPruner {
  private static final Logger LOG = LoggerFactory.getLogger(ChainPruner.class);
  private static final RecordType[] TYPES = {
    RecordType.TRANSACTION, RecordType.RESULT, RecordType.LOG, RecordType.BLOCK, RecordType.MARKER
  };
  // Slices or blocks; a block that is applied meanwhile waits for the look-ups of their hashes.
  private static final int STEP_RECORDS = 8;
  private static final long MAX_STRIDE = 1024;
  private static final long UNKNOWN = -1;

  private final RecordReader records;
  private final StateHistory history;
  private final ChainFloor floor;
  private final RecordWriter writer;
  private final Object writeLock;
  private final long retain;
  // The next slice of transactions whose index entries go.
  private long height = UNKNOWN;
  private int slice;

  /**
   * Prunes down to the last {@code retain} blocks, or those of the history where these are more; 0
   * keeps all.
   *
   * @param writer shared with nobody
   * @param writeLock held by whoever writes blocks, while they are written
   */
  ChainPruner(
      RecordReader records,
      StateHistory history,
      ChainFloor floor,
      long retain,
      RecordWriter writer,
      Object writeLock) {
    this.records = records;
    this.history = history;
    this.floor = floor;
    this.retain = retain;
    this.writer = writer;
    this.writeLock = writeLock;
  }

  /** See {@link dev.varve.storage.DiskStore#prune}. */
  public boolean step() {
    if (height == UNKNOWN) {
      Optional<StoredEntry> lowest = records.first(RecordType.BLOCK, Keys.height(0));
      if (lowest.isEmpty()) {
        return false;
      }
      height = Keys.heightOf(lowest.get().key());
      slice = 0;
    }
    if (height < floor.get()) {
      long from = height;
      height = UNKNOWN; // stays so when it fails: what is there tells where to go on
      drop(from);
      return true;
    }
    long wanted = wanted();
    if (wanted - height < Math.max(1, Math.min(MAX_STRIDE, retain / 8))) {
      return false;
    }
    floor.raise(wanted, writer);
    return true;
  }

  private long wanted() {
    // A rollback to the lowest height of the history leaves its block as the last one.
    return retain == 0 ? 0 : Math.min(history.last() - retain + 1, history.floor());
  }

  private void drop(long from) {
    long at = from;
    Set<byte[]> hashes = new TreeSet<>(Arrays::compareUnsigned);
    long end = floor.get();
    for (int left = STEP_RECORDS; left > 0 && at < end; left--) {
      Optional<StoredEntry> txs = find(RecordType.TRANSACTION, at, slice);
      if (txs.isPresent()) {
        addHashes(txs.get(), hashes);
        slice++;
      } else {
        at++;
        slice = 0;
        dropBlock(at, end);
      }
    }
    List<byte[]> below = leadingBelow(new ArrayList<>(hashes), end);
    synchronized (writeLock) {
      // Included again since, a transaction's entry leads elsewhere.
      leadingBelow(below, end).forEach(hash -> writer.delete(RecordType.INDEX, hash));
      writer.commit();
    }
    height = at;
  }

  /** The block below {@code next} has no index entries left. */
  private void dropBlock(long next, long end) {
    if (next != end && next % MAX_STRIDE != 0 && writer.deletesByRange()) {
      return;
    }
    if (writer.deleteBelow(RecordType.BLOCK, next)) {
      writer.deleteBelow(RecordType.SEAL, next);
      return;
    }
    writer.delete(RecordType.SEAL, Keys.height(next - 1));
    for (RecordType type : TYPES) {
      byte[] from = Keys.chain(next - 1, type, 0);
      Optional<StoredEntry> found = records.first(type, from);
      while (found.isPresent() && Keys.heightOf(found.get().key()) == next - 1) {
        writer.delete(type, found.get().key());
        found = records.first(type, Keys.after(found.get().key()));
      }
    }
  }

  private Optional<StoredEntry> find(RecordType type, long at, int number) {
    byte[] key = Keys.chain(at, type, number);
    return records.first(type, key).filter(entry -> Arrays.equals(entry.key(), key));
  }

  private static void addHashes(StoredEntry entry, Set<byte[]> hashes) {
    try {
      Envelope.open(RecordType.TRANSACTION, entry.key(), entry.value(), TransactionSlice.parser())
          .getTxsList()
          .forEach(tx -> hashes.add(Sha256.of(tx).toByteArray()));
    } catch (StorageException.Corruption e) {
      LOG.warn("index entries of transactions that are dropped stay: {}", e.getMessage());
    }
  }

  private List<byte[]> leadingBelow(List<byte[]> hashes, long end) {
    List<byte[]> below = new ArrayList<>();
    if (hashes.isEmpty()) {
      return below;
    }
    List<byte[]> values = records.values(RecordType.INDEX, hashes);
    for (int i = 0; i < hashes.size(); i++) {
      if (values.get(i) != null && leadsBelow(hashes.get(i), values.get(i), end)) {
        below.add(hashes.get(i));
      }
    }
    return below;
  }

  private static boolean leadsBelow(byte[] hash, byte[] value, long end) {
    try {
      return Envelope.open(RecordType.INDEX, hash, value, TxLocation.parser()).getHeight() < end;
    } catch (StorageException.Corruption e) {
      LOG.warn("an index entry stays: {}", e.getMessage());
      return false;
    }
  }
}
