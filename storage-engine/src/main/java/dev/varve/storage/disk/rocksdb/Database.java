package dev.varve.storage.disk.rocksdb;

import dev.varve.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
 * An open RocksDB with its native objects.
 *
 * <p>Every call holds the read lock and {@link #close} the write lock: a native object that is used
 * after it was freed ends the process.
 */
final class Database implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final String LIBRARY_FOLDER = "native";

  private final Path folder;
  private final Settings settings;
  private final RocksDB db;
  private final List<ColumnFamilyHandle> handles;
  private final WriteOptions synced = new WriteOptions().setSync(true);
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed;

  private Database(Path folder, Settings settings, RocksDB db, List<ColumnFamilyHandle> handles) {
    this.folder = folder;
    this.settings = settings;
    this.db = db;
    this.handles = handles;
  }

  static Database open(Path folder, RocksDbConfig config, boolean readOnly) {
    if (!readOnly) {
      unpackBeside(folder);
    }
    RocksDB.loadLibrary();
    Settings settings = new Settings(config);
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try {
      String path = folder.toString();
      RocksDB db =
          readOnly
              ? RocksDB.openReadOnly(settings.database, path, settings.families, handles)
              : RocksDB.open(settings.database, path, settings.families, handles);
      return new Database(folder, settings, db, handles);
    } catch (RocksDBException e) {
      settings.close();
      throw Errors.of(folder, "opening it", e);
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

  /** The number RocksDB gave the family; stands in write batches. */
  int id(ColumnFamily family) {
    return handles.get(family.slot()).getID();
  }

  /** Writes a serialised batch and forces it. */
  void write(byte[] batch) {
    enter();
    try (WriteBatch rep = new WriteBatch(batch)) {
      db.write(synced, rep);
    } catch (RocksDBException e) {
      throw Errors.of(folder, "writing", e);
    } finally {
      leave();
    }
  }

  /** The value stored under a key, or null. */
  byte[] get(ColumnFamily family, byte[] key) {
    enter();
    try {
      return db.get(handles.get(family.slot()), key);
    } catch (RocksDBException e) {
      throw Errors.of(folder, "reading " + family, e);
    } finally {
      leave();
    }
  }

  /** The last key of a family, or null. */
  byte[] lastKey(ColumnFamily family) {
    enter();
    try (RocksIterator last = db.newIterator(handles.get(family.slot()))) {
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
    enter();
    try (ReadOptions options = new ReadOptions().setFillCache(false);
        RocksIterator entries = db.newIterator(handles.get(family.slot()), options)) {
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
    enter();
    try {
      return settings.statistics.getTickerCount(TickerType.WAL_FILE_SYNCED);
    } finally {
      leave();
    }
  }

  private void enter() {
    lock.readLock().lock();
    if (closed) {
      lock.readLock().unlock();
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
      handles.forEach(ColumnFamilyHandle::close);
      db.close();
      synced.close();
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
