package dev.varve.storage.disk.rocksdb;

import dev.varve.storage.StorageException;
import dev.varve.storage.disk.FreeSpace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** One opening of a RocksDB; {@link Database} keeps callers away once it is closed. */
record Handle(RocksDB db, List<ColumnFamilyHandle> families) implements AutoCloseable {
  static Handle open(Path folder, Settings settings, boolean readOnly) {
    List<ColumnFamilyHandle> families = new ArrayList<>();
    try {
      String path = folder.toString();
      if (!readOnly) {
        requireFamilies(folder, settings);
      }
      RocksDB db =
          readOnly
              ? RocksDB.openReadOnly(settings.database, path, present(path, settings), families)
              : RocksDB.open(settings.database, path, settings.families, families);
      return new Handle(db, List.copyOf(families));
    } catch (RocksDBException e) {
      throw Errors.of(folder, readOnly ? "opening it for reading" : "opening it", e);
    }
  }

  // A MANIFEST that was cut off knows fewer than the store's version has; they would be made anew,
  // empty, and nobody would notice.
  private static void requireFamilies(Path folder, Settings settings) throws RocksDBException {
    try (Options options = new Options()) {
      int count = RocksDB.listColumnFamilies(options, folder.toString()).size();
      boolean lacking = count < settings.fewestFamilies;
      FreeSpace files = new FreeSpace(folder);
      if (count > 0 && lacking && files.usedBytes(".sst") + files.usedBytes(".log") > 0) {
        throw new StorageException.Corruption(
            String.format(
                "store %s: its MANIFEST names %d column families of %d",
                folder, count, settings.fewestFamilies),
            folder,
            -1,
            null);
      }
    }
  }

  // A store of an earlier version lacks the last ones until it is opened for writing.
  private static List<ColumnFamilyDescriptor> present(String path, Settings settings)
      throws RocksDBException {
    try (Options options = new Options()) {
      int count = RocksDB.listColumnFamilies(options, path).size();
      // None where there is no database at all: opening it tells what is wrong.
      return count == 0 ? settings.families : settings.families.subList(0, count);
    }
  }

  boolean has(ColumnFamily family) {
    return family.slot() < families.size();
  }

  ColumnFamilyHandle family(ColumnFamily family) {
    return families.get(family.slot());
  }

  @Override
  public void close() {
    families.forEach(ColumnFamilyHandle::close);
    db.close();
  }
}
