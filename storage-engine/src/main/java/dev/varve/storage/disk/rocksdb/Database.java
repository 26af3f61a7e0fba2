package dev.varve.storage.disk.rocksdb;

import dev.varve.storage.StorageException;
import dev.varve.storage.disk.RecordReader.StoredEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.TickerType;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A RocksDB in a folder, which may be opened again after it failed.
 *
 * <p>Every call holds the read lock, {@link #reopen} and {@link #close} the write lock: a native
 * object that is used after it was freed ends the process.
 */
final class Database implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final String LIBRARY_FOLDER = "native";
  private static final byte[] UNREADABLE = {};

  private final Path folder;
  private final Settings settings;
  private final WriteOptions synced = new WriteOptions().setSync(true);
  private final WriteOptions unforced = new WriteOptions();
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  // Null after it could be opened again neither for writing nor for reading.
  private Handle handle;
  private boolean closed;

  private Database(Path folder, Settings settings, Handle handle) {
    this.folder = folder;
    this.settings = settings;
    this.handle = handle;
  }

  static Database open(Path folder, RocksDbConfig config, int fewestFamilies, boolean readOnly) {
    if (!readOnly) {
      unpackBeside(folder);
    }
    RocksDB.loadLibrary();
    Settings settings = new Settings(config, fewestFamilies);
    try {
      return new Database(folder, settings, Handle.open(folder, settings, readOnly));
    } catch (StorageException e) {
      settings.close();
      throw e;
    }
  }

  // RocksDB's default, a new 17 MB file in the temporary folder, stays behind after every kill.
  private static void unpackBeside(Path folder) {
    Path library = folder.resolveSibling(LIBRARY_FOLDER);
    try {
      Files.createDirectories(library);
      NativeLibraryLoader.getInstance().loadLibrary(library.toString());
    } catch (IOException | UnsatisfiedLinkError e) {
      LOG.info("native library does not load from {}, trying the temporary folder: {}", library, e);
    }
  }

  /**
   * Closes the database and opens it again, as a new process would; reads wait meanwhile.
   *
   * <p>Where it cannot be opened for writing it is opened for reading, if that is possible, so that
   * reads go on; the failure to open it for writing is thrown.
   */
  void reopen() {
    lock.writeLock().lock();
    try {
      requireOpen();
      if (handle != null) {
        handle.close();
        handle = null;
      }
      handle = Handle.open(folder, settings, false);
    } catch (StorageException e) {
      handle = closed ? null : openForReading();
      throw e;
    } finally {
      lock.writeLock().unlock();
    }
  }

  private Handle openForReading() {
    try {
      return Handle.open(folder, settings, true);
    } catch (StorageException e) {
      LOG.warn("store {} does not answer reads until it can be opened: {}", folder, e.getMessage());
      return null;
    }
  }

  /** The number RocksDB gave the family; stands in write batches. */
  int id(ColumnFamily family) {
    Handle open = enter();
    try {
      return open.has(family) ? open.family(family).getID() : -1;
    } finally {
      leave();
    }
  }

  /** Writes a serialised batch and forces it. */
  void write(byte[] batch) {
    write(batch, synced);
  }

  /** Writes one that goes to disk with the next that is forced, at the latest. */
  void writeUnforced(byte[] batch) {
    write(batch, unforced);
  }

  private void write(byte[] batch, WriteOptions options) {
    Handle open = enter();
    try (WriteBatch rep = new WriteBatch(batch)) {
      open.db().write(options, rep);
    } catch (RocksDBException e) {
      throw Errors.of(folder, "writing", e);
    } finally {
      leave();
    }
  }

  /**
   * Drops files that hold nothing but keys below one, all of which were deleted. What lay hidden
   * under their deletions in other files may be seen again.
   */
  void dropFiles(ColumnFamily family, byte[] below) {
    Handle open = enter();
    try {
      open.db().deleteFilesInRanges(open.family(family), List.of(new byte[1], below), false);
    } catch (RocksDBException e) {
      throw Errors.of(folder, "dropping files of " + family, e);
    } finally {
      leave();
    }
  }

  /** The value stored under a key, or null. */
  byte[] get(ColumnFamily family, byte[] key) {
    Handle open = enter();
    try {
      return open.has(family) ? open.db().get(open.family(family), key) : null;
    } catch (RocksDBException e) {
      throw Errors.of(folder, "reading " + family, e);
    } finally {
      leave();
    }
  }

  /** The values stored under keys, null where there is none, empty where it cannot be read. */
  List<byte[]> getAll(ColumnFamily family, List<byte[]> keys) {
    Handle open = enter();
    try {
      List<ColumnFamilyHandle> same = Collections.nCopies(keys.size(), open.family(family));
      List<byte[]> values = new ArrayList<>(open.db().multiGetAsList(same, keys));
      for (int i = 0; i < values.size(); i++) {
        if (values.get(i) == null) {
          values.set(i, readAgain(open, family, keys.get(i)));
        }
      }
      return values;
    } catch (RocksDBException e) {
      throw Errors.of(folder, "reading " + family, e);
    } finally {
      leave();
    }
  }

  // A read of many gives null for what is damaged, too; only a read of one tells.
  private byte[] readAgain(Handle open, ColumnFamily family, byte[] key) throws RocksDBException {
    try {
      return open.db().get(open.family(family), key);
    } catch (RocksDBException e) {
      if (Errors.of(folder, "reading " + family, e) instanceof StorageException.Corruption) {
        LOG.warn("store {}, reading {}: {}", folder, family, e.getMessage());
        return UNREADABLE;
      }
      throw e;
    }
  }

  /** The first entry at or after a key, or null. */
  StoredEntry first(ColumnFamily family, byte[] from) {
    Handle open = enter();
    if (!open.has(family)) {
      leave();
      return null;
    }
    try (RocksIterator entries = open.db().newIterator(open.family(family))) {
      entries.seek(from);
      StoredEntry first =
          entries.isValid() ? new StoredEntry(entries.key(), entries.value()) : null;
      entries.status();
      return first;
    } catch (RocksDBException e) {
      throw Errors.of(folder, "reading " + family, e);
    } finally {
      leave();
    }
  }

  /** The last key of a family, or null. */
  byte[] lastKey(ColumnFamily family) {
    Handle open = enter();
    try (RocksIterator last = open.db().newIterator(open.family(family))) {
      last.seekToLast();
      byte[] key = last.isValid() ? last.key() : null;
      last.status();
      return key;
    } catch (RocksDBException e) {
      throw Errors.of(folder, "reading " + family, e);
    } finally {
      leave();
    }
  }

  /** Visits keys from {@code from} in unsigned byte order, on a snapshot, until told to stop. */
  void scan(ColumnFamily family, byte[] from, EntryVisitor visitor) {
    Handle open = enter();
    try (ReadOptions options = new ReadOptions().setFillCache(false);
        RocksIterator entries = open.db().newIterator(open.family(family), options)) {
      entries.seek(from);
      while (entries.isValid() && visitor.visit(entries.key(), entries.value())) {
        entries.next();
      }
      entries.status();
    } catch (RocksDBException e) {
      throw Errors.of(folder, "scanning " + family, e);
    } finally {
      leave();
    }
  }

  long forces() {
    return ticker(TickerType.WAL_FILE_SYNCED);
  }

  /** Errors of flush, compaction and their like; RocksDB reports them only to later writes. */
  long backgroundErrors() {
    return ticker(TickerType.ERROR_HANDLER_BG_ERROR_COUNT);
  }

  // Counters belong to the settings, so they go on over a reopening.
  private long ticker(TickerType type) {
    lock.readLock().lock();
    try {
      requireOpen();
      return settings.statistics.getTickerCount(type);
    } finally {
      leave();
    }
  }

  private Handle enter() {
    lock.readLock().lock();
    try {
      requireOpen();
      if (handle == null) {
        throw new StorageException.Unavailable("store " + folder + " could not be reopened", null);
      }
      return handle;
    } catch (StorageException e) {
      leave();
      throw e;
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new StorageException.Closed("store " + folder + " was closed");
    }
  }

  private void leave() {
    lock.readLock().unlock();
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      if (handle != null) {
        handle.close();
        handle = null;
      }
      synced.close();
      unforced.close();
      settings.close();
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** Receives an entry; returns whether to go on. */
  @FunctionalInterface
  interface EntryVisitor {
    boolean visit(byte[] key, byte[] value);
  }
}
