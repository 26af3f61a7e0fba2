package dev.varve.storage.disk.leveldb;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.varve.fallback.Damage;
import dev.varve.fallback.io.FileIo;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.BlockOrder;
import dev.varve.storage.disk.BlockRollback;
import dev.varve.storage.disk.BlockSeals;
import dev.varve.storage.disk.ChainFloor;
import dev.varve.storage.disk.FreeSpace;
import dev.varve.storage.disk.GroupState;
import dev.varve.storage.disk.GroupSuccesses;
import dev.varve.storage.disk.RecordWriter;
import dev.varve.storage.disk.StateHistory;
import dev.varve.storage.disk.StorePruner;
import dev.varve.storage.disk.copy.EmbeddedRecords;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.BlockSeal;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The disk store without native code: one iq80 LevelDB, one forced write for all records of a
 * block.
 *
 * <p>It is meant to stand behind a checked log that is trimmed up to {@link #verify} only; layout
 * and guards stand in the package description. One process opens a folder at a time, for reading
 * too.
 *
 * <p>After a failed {@link #apply} nothing of its last group of blocks is seen; a later one opens
 * the database again and goes on. {@link StorageException.Corruption} from {@link #open}: the
 * folder cannot be mended; fill a new one from the log in front, another store, or the chain.
 */
public final class LevelDbStore implements DiskStore {
  static final String KIND = "leveldb";
  static final int VERSION = 4;
  static final int OLDEST_VERSION = 1;
  static final String DATABASE_FOLDER = "db";
  private static final Logger LOG = LoggerFactory.getLogger(LevelDbStore.class);
  // Blocks that come together share a force up to this many bytes.
  private static final long GROUP_BYTES = 4 << 20;

  private final OpenFolder opened;
  private final Path folder;
  private final FileIo files;
  private final Database database;
  private final Records records;
  private final ChainReader chain;
  private final VerifiedMark verified;
  private final ChainFloor chainFloor;
  private final StorePruner pruner;
  private final BlockSeals seals;
  private final Object writeLock = new Object();
  private final StateHistory history;
  private final GroupState group;
  private final OldCommitments commitments;
  private final long durableBefore;
  private long seenOpening;
  private volatile long firstHeight;
  private volatile AppliedHeight applied = AppliedHeight.getDefaultInstance();

  private LevelDbStore(OpenFolder opened, LevelDbConfig config) {
    this.opened = opened;
    this.folder = opened.folder();
    this.files = opened.files();
    this.database = opened.database();
    this.records = new Records(folder, database);
    this.chainFloor = new ChainFloor(records);
    this.chain = new ChainReader(records, this::holds, chainFloor);
    this.verified = new VerifiedMark(folder, files);
    this.history = new StateHistory(records, config.historyBlocks());
    this.group = new GroupState(records);
    this.commitments = new OldCommitments(records);
    Changes pruning = new Changes(records, database, verified, () -> {});
    this.pruner =
        new StorePruner(records, history, chainFloor, config.retainBlocks(), pruning, writeLock);
    Changes sealing = new Changes(records, database, verified, () -> {});
    this.seals = new BlockSeals(this, records, chainFloor, sealing, writeLock);
    load();
    if (database.isCopy()) {
      durableBefore = verified.orMore(applied.getHeight(), database.damage());
    } else {
      verified.require(applied.getHeight());
      durableBefore = verify(1);
    }
  }

  /** Opens the store in a folder, or creates it there. */
  public static LevelDbStore open(Path folder, LevelDbConfig config) {
    return open(OpenFolder.forWriting(folder, config), config);
  }

  /**
   * Opens an existing store for reading, and changes nothing of it: its files are read through, and
   * LevelDB is given a copy, in which tables are links. The store is locked meanwhile.
   *
   * @throws StorageException.Corruption where damage keeps it from being opened; all other damage
   *     is suppressed in it
   */
  public static LevelDbStore openReadOnly(Path folder, LevelDbConfig config) {
    return open(OpenFolder.forReading(folder, config), config);
  }

  private static LevelDbStore open(OpenFolder opened, LevelDbConfig config) {
    try {
      LevelDbStore store = new LevelDbStore(opened, config);
      if (opened.version() == 1) {
        store.history.begin(store.changes());
      }
      opened.bringUpToDate();
      return store;
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /** What is wrong with the files of a store that was opened for reading, and may be mended. */
  public List<Damage> damage() {
    return List.copyOf(database.damage());
  }

  @Override
  public void rollBack(long height, LongConsumer progress) {
    refresh();
    new BlockRollback(this, history, changes()).to(height, progress);
    verify();
  }

  /** All records, for a copy. */
  public EmbeddedRecords records() {
    return new EmbeddedRecords(KIND, folder, this, records, history::first, this::changes);
  }

  @Override
  public void verifyHistory(long height) {
    history.verify(height);
  }

  @Override
  public void verifyDeletions(Consumer<StorageException.Corruption> damaged) {
    history.verifyDeletions(damaged);
  }

  @Override
  public void verifyRecords(Consumer<StorageException.Corruption> damaged) {
    records.verifyAll(damaged);
  }

  @Override
  public boolean prune() {
    return pruner.step();
  }

  private RecordWriter changes() {
    return new Changes(records, database, verified, this::load);
  }

  private void load() {
    seenOpening = database.openings();
    AppliedHeight last = records.applied();
    history.load(last);
    applied = last;
    chainFloor.load();
    seals.load();
    firstHeight = records.first(RecordType.MARKER);
    commitments.load();
  }

  @Override
  public AppliedHeight applied() {
    return applied;
  }

  @Override
  public long durableBefore() {
    return durableBefore;
  }

  @Override
  public void apply(List<BlockBatch> batches) {
    refresh();
    AppliedHeight last = applied;
    long firstKept = history.first();
    GroupSuccesses succeeded = new GroupSuccesses();
    group.clear();
    BlockEntries entries = new BlockEntries();
    for (BlockBatch batch : batches) {
      if (last.getHeight() != 0 && batch.height() <= last.getHeight()) {
        if (!entries.isEmpty()) {
          throw BlockOrder.outOfOrder(folder, batch, last);
        }
        requireSame(batch);
        continue;
      }
      if (last.getHeight() != 0 && batch.height() != last.getHeight() + 1) {
        throw BlockOrder.outOfOrder(folder, batch, last);
      }
      firstKept = history.firstWith(batch, firstKept);
      last =
          entries.add(
              batch,
              hash -> succeeded.contains(hash) || succeeded(hash),
              firstKept < 0 ? null : group.undoMaker(firstKept));
      if (firstKept < 0) {
        commitments.delete(entries, batch);
      }
      succeeded.add(batch);
      if (entries.bytes() >= GROUP_BYTES) {
        write(entries, last, firstKept);
        succeeded.clear();
        group.clear();
        entries = new BlockEntries();
      }
    }
    if (!entries.isEmpty()) {
      write(entries, last, firstKept);
    }
  }

  /** Opens the database again if it has failed, and sees what it holds if it was opened since. */
  private void refresh() {
    if (database.failed()) {
      database.reopen();
      LOG.info("store {} was opened again after a failure", folder);
    }
    if (database.openings() == seenOpening) {
      return;
    }
    AppliedHeight before = applied;
    load();
    BlockOrder.requireNotLess(folder, before, applied);
  }

  private void write(BlockEntries entries, AppliedHeight last, long firstKept) {
    synchronized (writeLock) {
      database.write(entries);
    }
    AppliedHeight held = records.applied();
    if (!held.equals(last)) {
      throw new StorageException.Corruption(
          "store " + folder + " holds block " + held.getHeight() + " after " + last.getHeight(),
          null);
    }
    firstHeight = firstHeight < 0 ? last.getHeight() : firstHeight;
    history.written(last, firstKept);
    applied = last;
  }

  private boolean succeeded(ByteString txHash) {
    return locate(txHash).map(TxLocation::getSuccess).orElse(false);
  }

  private void requireSame(BlockBatch batch) {
    byte[] key = Keys.chain(batch.height(), RecordType.MARKER, 0);
    AppliedHeight before =
        records
            .find(RecordType.MARKER, key, AppliedHeight.parser())
            .orElseThrow(() -> BlockOrder.notComparable(folder, batch));
    BlockOrder.requireSame(folder, before, new BlockEntries().add(batch, hash -> false, null));
  }

  /**
   * Opens the database anew twice: the first time turns its log into tables, the second time finds
   * all tables whole and reads the records back.
   */
  @Override
  public long verify() {
    refresh();
    return database.isCopy() ? applied.getHeight() : verify(2);
  }

  private long verify(int openings) {
    long from = verified.read() + 1;
    for (int i = 0; i < openings; i++) {
      database.reopen();
      refresh();
    }
    long to = applied.getHeight();
    for (long height = Math.max(from, firstHeight); height <= to && firstHeight >= 0; height++) {
      chain.require(height);
    }
    verified.write(to);
    return to;
  }

  @Override
  public Optional<BlockRecord> block(long height) {
    return chain.block(height);
  }

  private boolean holds(long height) {
    long first = firstHeight;
    return first >= 0 && height >= first && height <= applied.getHeight();
  }

  @Override
  public void seal(List<BlockSeal> blockSeals) {
    seals.write(blockSeals);
  }

  @Override
  public Optional<BlockSeal> seal(long height) {
    return seals.find(height);
  }

  @Override
  public long sealed() {
    return seals.last();
  }

  @Override
  public List<ByteString> transactions(long height, int slice) {
    return chain.transactions(height, slice);
  }

  @Override
  public List<TxResult> results(long height, int slice) {
    return chain.results(height, slice);
  }

  @Override
  public List<TxLog> logs(long height, int slice) {
    return chain.logs(height, slice);
  }

  @Override
  public Optional<TxLocation> locate(ByteString txHash) {
    return records.find(RecordType.INDEX, txHash.toByteArray(), TxLocation.parser());
  }

  @Override
  public Optional<StateRecord> state(ByteString key) {
    return records.find(RecordType.STATE, key.toByteArray(), StateRecord.parser());
  }

  @Override
  public Optional<StateRecord> stateAt(ByteString key, long height) {
    return history.stateAt(key, height);
  }

  @Override
  public long historyFloor() {
    return history.floor();
  }

  @Override
  public long chainFloor() {
    return chainFloor.get();
  }

  @Override
  public void scanState(ByteString from, ByteString to, StateVisitor visitor) {
    records.scanState(from, to, visitor);
  }

  @Override
  public void scanCommitments(CommitmentVisitor visitor) {
    records.scanCommitments(history.commitmentFloor(), visitor);
  }

  @Override
  public Optional<ByteString> meta(String name) {
    return records.find(RecordType.META, name.getBytes(UTF_8));
  }

  /** Forces of the log and of our own files; those of tables are not seen. */
  @Override
  public long forces() {
    return database.forces() + files.forces();
  }

  @Override
  public long diskBytes() {
    return new FreeSpace(folder.resolve(DATABASE_FOLDER)).usedBytes("");
  }

  @Override
  public void close() {
    opened.close();
  }
}
