package dev.varve.storage.disk.leveldb;

import dev.varve.fallback.Damage;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.FreeSpace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.iq80.leveldb.CompressionType;
import org.iq80.leveldb.DB;
import org.iq80.leveldb.Options;
import org.iq80.leveldb.WriteBatch;
import org.iq80.leveldb.WriteOptions;
import org.iq80.leveldb.impl.Iq80DBFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A LevelDB in a folder, which is opened again after it failed.
 *
 * <p>All calls go through threads of its own. The first failure of a write, of compaction or of a
 * file makes an opening useless; the next write, or a read that cannot do without, opens it anew.
 */
final class Database implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final long REOPEN_BYTES = 1 << 20;
  private static final long RETRY_NS = 1_000_000_000L;

  static {
    // Mapped, LevelDB acknowledges writes that were not forced, and a full disk ends the process.
    // Read once, when its first class is loaded.
    System.setProperty("leveldb.mmap", "false");
  }

  private final Path folder;
  // Null unless it is for reading only.
  private final FolderCopy copy;
  private final Path opened;
  private final LevelDbConfig config;
  private final DatabaseFolder files;
  private final FreeSpace space;
  private final LogTail logTail;
  private final UninterruptedThreads writer;
  private final UninterruptedThreads readers;
  private final List<Damage> damage = new ArrayList<>();
  private final AtomicLong nextTryNs = new AtomicLong(System.nanoTime());
  private final AtomicLong openings = new AtomicLong();
  private final AtomicLong forces = new AtomicLong();
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  // Null after it could not be opened again.
  private volatile DB db;
  private volatile boolean failed;
  private volatile boolean closed;

  private Database(Path folder, FolderCopy copy, DatabaseFolder files, LevelDbConfig config) {
    this.folder = folder;
    this.copy = copy;
    this.opened = copy == null ? folder : copy.folder();
    this.config = config;
    this.files = files;
    this.space = new FreeSpace(opened);
    this.logTail = new LogTail(opened);
    this.writer = new UninterruptedThreads("leveldb-write", 1, "store " + folder);
    this.readers = new UninterruptedThreads("leveldb-read", config.readers(), "store " + folder);
  }

  static Database open(Path folder, LevelDbConfig config) {
    return open(new Database(folder, null, new DatabaseFolder(folder), config));
  }

  /** Opens a copy of a database, for reading; what is wrong with its files is {@link #damage}. */
  static Database openCopy(Path folder, LevelDbConfig config) {
    try {
      DatabaseFolder files = new DatabaseFolder(folder);
      DatabaseFiles found = files.inspect();
      found.requireReadable();
      FolderCopy copy = FolderCopy.of(folder, found);
      Database database = new Database(folder, copy, files.movedTo(copy.folder()), config);
      database.damage.addAll(found.damage());
      return open(database);
    } catch (IOException e) {
      throw Errors.of(folder, "reading its files", e);
    }
  }

  private static Database open(Database database) {
    if (Iq80DBFactory.USE_MMAP) {
      throw new StorageException.Unavailable(
          "store " + database.folder + " needs -Dleveldb.mmap=false: LevelDB was loaded before it",
          null);
    }
    try {
      database.reopen();
      return database;
    } catch (StorageException e) {
      database.close();
      throw e;
    }
  }

  /** Damage to the files that a copy was made of; can be added to. */
  List<Damage> damage() {
    return damage;
  }

  /** Whether the next write has to open it anew. */
  boolean failed() {
    return failed;
  }

  /** Changes with each opening; what it holds may then be more, or less, than was seen before. */
  long openings() {
    return openings.get();
  }

  /** Closes it, checks and mends its files, and opens it again. */
  void reopen() {
    try {
      // A write that waits for the disk would be in front of it for as long as the disk is full.
      writer.call(() -> null, config.writeTimeout());
      writer.call(
          () -> {
            openAgain();
            return null;
          });
    } catch (ExecutionException e) {
      throw failure("opening it", e);
    } catch (TimeoutException e) {
      throw stuck("opening it", e);
    }
  }

  /** Whether it is for reading only. */
  boolean isCopy() {
    return copy != null;
  }

  private void openAgain() throws IOException, InterruptedException {
    lock.writeLock().lock();
    try {
      requireOpen();
      Files.createDirectories(opened);
      // Opening turns logs into tables. Until there is space, reads may still be answered.
      space.require(space.usedBytes(".log") + REOPEN_BYTES, "opening it");
      failed = true;
      closeQuietly();
      files.mend();
      db = Iq80DBFactory.factory.open(opened.toFile(), options());
      if (isCopy()) {
        // Sorting tables into others would copy them, one after the other.
        db.suspendCompactions();
      }
      logTail.reset();
      openings.incrementAndGet();
      failed = false;
    } finally {
      lock.writeLock().unlock();
    }
  }

  private Options options() {
    return new Options()
        .createIfMissing(true)
        .compressionType(CompressionType.NONE)
        .writeBufferSize(config.writeBufferBytes())
        .maxOpenFiles(512);
  }

  private void closeQuietly() {
    if (db != null) {
      try {
        if (isCopy()) {
          // Closing waits for one that waits.
          db.resumeCompactions();
        }
        db.close();
      } catch (IOException | RuntimeException e) {
        LOG.info("store {}, closing a failed database: {}", folder, e.toString());
      }
      db = null;
    }
  }

  /** Writes and forces. */
  void write(Entries entries) {
    if (isCopy()) {
      throw new IllegalStateException("store " + folder + " was opened for reading only");
    }
    try {
      writer.call(
          () -> {
            requireUsable();
            space.require(config.minFreeBytes(), "applying a block");
            writeNow(entries);
            return null;
          },
          config.writeTimeout());
    } catch (ExecutionException e) {
      throw failure("writing", e);
    } catch (TimeoutException e) {
      failed = true;
      throw stuck("writing", e);
    }
  }

  // Without the lock: opening is on the same thread, and closing must not wait for a full disk.
  private void writeNow(Entries entries) throws IOException {
    try (WriteBatch batch = db.createWriteBatch()) {
      entries.addTo(batch);
      db.write(batch, new WriteOptions().sync(true));
      logTail.requireRecord();
      forces.incrementAndGet();
    } catch (IOException | RuntimeException | Error e) {
      failed = true;
      throw e;
    }
  }

  private void requireUsable() {
    requireOpen();
    if (failed) {
      throw new StorageException.Unavailable("store " + folder + " failed before", null);
    }
  }

  private StorageException stuck(String doing, TimeoutException e) {
    return new StorageException.Unavailable(
        "store " + folder + ", " + doing + ": no answer in " + config.writeTimeout(), e);
  }

  /** The value stored under a key, or null. */
  byte[] get(byte[] key) {
    return read("reading", () -> getNow(key));
  }

  /** The values stored under keys, null where there is none. */
  List<byte[]> getAll(List<byte[]> keys) {
    return read(
        "reading",
        () -> {
          List<byte[]> values = new ArrayList<>(keys.size());
          for (byte[] key : keys) {
            values.add(getNow(key));
          }
          return values;
        });
  }

  private byte[] getNow(byte[] key) {
    try {
      return db.get(key);
    } catch (RuntimeException e) {
      if (Errors.isSpurious(e)) {
        return db.get(key);
      }
      throw e;
    }
  }

  /** Visits keys from {@code from} in unsigned byte order until told to stop. */
  void scan(byte[] from, EntryVisitor visitor) {
    Scan scan = new Scan(from, visitor);
    read(
        "scanning",
        () -> {
          try {
            scan.run(db);
          } catch (RuntimeException e) {
            if (!Errors.isSpurious(e)) {
              throw e;
            }
            scan.run(db);
          }
          return null;
        });
    scan.throwOfVisitor();
  }

  private <T> T read(String doing, Callable<T> task) {
    try {
      return readers.call(() -> readNow(task));
    } catch (ExecutionException e) {
      // On a reading thread the outer call holds the lock that opening needs.
      if (!failed || readers.isCurrent() || !mayTryAgain()) {
        throw failure(doing, e);
      }
    }
    try {
      reopen();
      return readers.call(() -> readNow(task));
    } catch (ExecutionException e) {
      throw failure(doing, e);
    }
  }

  // Reads may be many, and each attempt to open it costs.
  private boolean mayTryAgain() {
    long now = System.nanoTime();
    long next = nextTryNs.get();
    return now - next >= 0 && nextTryNs.compareAndSet(next, now + RETRY_NS);
  }

  private <T> T readNow(Callable<T> task) throws Exception {
    lock.readLock().lock();
    try {
      requireOpen();
      if (db == null) {
        throw new StorageException.Unavailable("store " + folder + " could not be reopened", null);
      }
      return task.call();
    } catch (RuntimeException e) {
      failed |= Errors.isOfTheHandle(e);
      throw e;
    } finally {
      lock.readLock().unlock();
    }
  }

  private StorageException failure(String doing, ExecutionException e) {
    if (e.getCause() instanceof Error error) {
      throw error;
    }
    return Errors.of(folder, doing, e.getCause());
  }

  private void requireOpen() {
    if (closed) {
      throw new StorageException.Closed("store " + folder + " was closed");
    }
  }

  /** Forces of the log that writes asked for; those of tables are not seen. */
  long forces() {
    return forces.get();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    try {
      writer.call(
          () -> {
            closeNow();
            return null;
          },
          config.writeTimeout());
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("store {} is closed while a write still waits for its disk", folder);
      closeNow();
    }
    writer.close();
    readers.close();
  }

  private void closeNow() {
    lock.writeLock().lock();
    try {
      closed = true;
      closeQuietly();
      if (isCopy()) {
        copy.close();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Receives an entry; returns whether to go on. */
  @FunctionalInterface
  interface EntryVisitor {
    boolean visit(byte[] key, byte[] value);
  }

  /** Adds what is to be written. */
  @FunctionalInterface
  interface Entries {
    void addTo(WriteBatch batch);
  }
}
