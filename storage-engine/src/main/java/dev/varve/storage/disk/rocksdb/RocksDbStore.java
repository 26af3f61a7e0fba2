package dev.varve.storage.disk.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.varve.fallback.io.FileIo;
import dev.varve.fallback.io.RealFileIo;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.Envelope;
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
import dev.varve.storage.disk.StoreFolder;
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
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The embedded disk store: one RocksDB, one synced write for all records of a block.
 *
 * <p>Layout and settings: package description and the module's ADR. One process opens a folder for
 * writing at a time; {@link #openReadOnly} sees what was durable when it was called.
 *
 * <p>After a failed {@link #apply} nothing of its last group of blocks is seen; reads go on. A
 * later {@code apply} opens the database again, once there is space for it, and goes on; a block
 * that failed may then turn out to be held, and is compared when it comes again.
 */
public final class RocksDbStore implements DiskStore {
  static final String KIND = "rocksdb";
  static final int VERSION = 4;
  private static final int OLDEST_VERSION = 1;
  static final String DATABASE_FOLDER = "db";
  private static final String WAL_SUFFIX = ".log";
  // Blocks that come together share a force up to this many bytes.
  private static final int GROUP_BYTES = 8 << 20;
  // Besides the tables that the log is turned into: manifest, a new log, RocksDB's own messages.
  private static final long REOPEN_BYTES = 4 << 20;
  private static final Logger LOG = LoggerFactory.getLogger(RocksDbStore.class);

  private final Path folder;
  private final FileIo files;
  private final Database database;
  private final int[] ids;
  private final BatchEncoder encoder;
  private final Records records;
  private final StateHistory history;
  private final GroupState group;
  private final ChainFloor chainFloor;
  private final ChainReader chain;
  private final StorePruner pruner;
  private final BlockSeals seals;
  private final Object writeLock = new Object();
  private final boolean readOnly;
  private final FreeSpace space;
  private final long minFreeBytes;
  private final DurableMark mark;
  private volatile boolean failed;
  private volatile AppliedHeight applied;

  private RocksDbStore(
      Path folder, FileIo files, Database database, boolean readOnly, RocksDbConfig config) {
    this.folder = folder;
    this.files = files;
    this.database = database;
    this.readOnly = readOnly;
    this.space = new FreeSpace(folder.resolve(DATABASE_FOLDER));
    this.minFreeBytes = config.minFreeBytes();
    this.records = new Records(database);
    this.history = new StateHistory(records, config.historyBlocks());
    this.group = new GroupState(records);
    this.ids = Arrays.stream(ColumnFamily.values()).mapToInt(database::id).toArray();
    this.encoder = new BatchEncoder(ids);
    this.chainFloor = new ChainFloor(records);
    this.chain = new ChainReader(records, chainFloor);
    Changes pruning = new Changes(database, new BatchEncoder(ids), () -> {}, () -> {});
    this.pruner =
        new StorePruner(records, history, chainFloor, config.retainBlocks(), pruning, writeLock);
    Changes sealing = Changes.unforced(database, new BatchEncoder(ids), this::requireUsable);
    this.seals = new BlockSeals(this, records, chainFloor, sealing, writeLock);
    this.mark = new DurableMark(files, folder);
    load();
  }

  private void load() {
    applied = records.applied(folder);
    history.load(applied);
    chainFloor.load();
    seals.load();
    mark.loaded(applied.getHeight());
  }

  /** Opens the store in a folder, or creates it there. */
  public static RocksDbStore open(Path folder, RocksDbConfig config) {
    FileIo files = new RealFileIo();
    StoreFolder store = new StoreFolder(files, folder);
    int version = store.create(KIND, OLDEST_VERSION, VERSION);
    RocksDbStore opened = open(folder, files, config, version, false);
    if (version == 1) {
      opened.history.begin(opened.changes(() -> {}));
    }
    if (version < VERSION) {
      store.mark(KIND, VERSION);
    }
    return opened;
  }

  /** Opens an existing store for reading, beside a process that may be writing to it. */
  public static RocksDbStore openReadOnly(Path folder, RocksDbConfig config) {
    FileIo files = new RealFileIo();
    int version = new StoreFolder(files, folder).check(KIND, OLDEST_VERSION, VERSION);
    return open(folder, files, config, version, true);
  }

  private static RocksDbStore open(
      Path folder, FileIo files, RocksDbConfig config, int version, boolean readOnly) {
    int families = ColumnFamily.countOf(version);
    Database database = Database.open(folder.resolve(DATABASE_FOLDER), config, families, readOnly);
    try {
      return new RocksDbStore(folder, files, database, readOnly, config);
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  @Override
  public void rollBack(long height, LongConsumer progress) {
    RecordWriter writer = changes(() -> mark.lower(applied.getHeight() - 1));
    new BlockRollback(this, history, writer).to(height, progress);
  }

  private RecordWriter changes(Runnable before) {
    requireWritable();
    return new Changes(database, new BatchEncoder(ids), before, this::load);
  }

  /** All records, for a copy. */
  public EmbeddedRecords records() {
    return new EmbeddedRecords(
        KIND, folder, this, records, history::first, () -> changes(() -> {}));
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
    requireWritable();
    return pruner.step();
  }

  @Override
  public AppliedHeight applied() {
    return applied;
  }

  @Override
  public long durableBefore() {
    return mark.before();
  }

  @Override
  public void apply(List<BlockBatch> batches) {
    requireWritable();
    if (failed) {
      recover();
    }
    AppliedHeight last = applied;
    long firstKept = history.first();
    GroupSuccesses succeeded = new GroupSuccesses();
    group.clear();
    encoder.begin();
    boolean any = false;
    for (BlockBatch batch : batches) {
      if (last.getHeight() != 0 && batch.height() <= last.getHeight()) {
        if (any) {
          throw BlockOrder.outOfOrder(folder, batch, last);
        }
        requireSame(batch);
        encoder.begin();
        continue;
      }
      if (last.getHeight() != 0 && batch.height() != last.getHeight() + 1) {
        throw BlockOrder.outOfOrder(folder, batch, last);
      }
      firstKept = history.firstWith(batch, firstKept);
      last =
          encoder.add(
              batch,
              hash -> succeeded.contains(hash) || succeeded(hash),
              firstKept < 0 ? null : group.undoMaker(firstKept));
      any = true;
      succeeded.add(batch);
      if (encoder.bytes() >= GROUP_BYTES) {
        write(last, firstKept);
        succeeded.clear();
        group.clear();
        encoder.begin();
        any = false;
      }
    }
    if (any) {
      write(last, firstKept);
    }
  }

  private void requireWritable() {
    if (readOnly) {
      throw new IllegalStateException("store " + folder + " was opened for reading only");
    }
  }

  private void write(AppliedHeight last, long firstKept) {
    space.require(minFreeBytes, "applying a block");
    try {
      synchronized (writeLock) {
        database.write(encoder.finish());
      }
    } catch (StorageException e) {
      failed = true;
      throw e;
    }
    history.written(last, firstKept);
    applied = last;
    mark.write(last.getHeight());
  }

  // What RocksDB holds in memory may differ from its log after a failure; only opening it anew
  // tells. The old one answers reads until there is space enough for that.
  private void recover() {
    space.require(
        Math.max(minFreeBytes, space.usedBytes(WAL_SUFFIX) + REOPEN_BYTES), "reopening it");
    database.reopen();
    AppliedHeight before = applied;
    load();
    failed = false;
    LOG.info("store {} was reopened after a failure, at height {}", folder, applied.getHeight());
    BlockOrder.requireNotLess(folder, before, applied);
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
    BlockOrder.requireSame(folder, before, encoder.marker(batch));
  }

  @Override
  public void seal(List<BlockSeal> blockSeals) {
    requireWritable();
    seals.write(blockSeals);
  }

  // While it holds a write that failed, another one must not follow it.
  private void requireUsable() {
    if (failed) {
      throw new StorageException.Unavailable("store " + folder + " failed before", null);
    }
    space.require(minFreeBytes, "sealing blocks");
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
  public Optional<BlockRecord> block(long height) {
    return chain.block(height);
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
    byte[] key = txHash.toByteArray();
    return records.find(RecordType.INDEX, key, TxLocation.parser());
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
    byte[] key = name.getBytes(UTF_8);
    byte[] stored = database.get(ColumnFamily.META, key);
    return stored == null
        ? Optional.empty()
        : Optional.of(Envelope.open(RecordType.META, key, stored));
  }

  @Override
  public long forces() { // of flush and compaction they are not seen
    return database.forces() + files.forces();
  }

  @Override
  public long diskBytes() {
    return space.usedBytes("");
  }

  /** Errors that RocksDB met in the background, since the store was opened. */
  long backgroundErrors() {
    return database.backgroundErrors();
  }

  @Override
  public void close() {
    database.close();
    mark.close();
  }
}
