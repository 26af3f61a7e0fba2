package dev.varve.storage.disk.leveldb;

import dev.varve.fallback.io.FileIo;
import dev.varve.fallback.io.RealFileIo;
import dev.varve.storage.disk.StoreFolder;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * A store's folder, locked, with its database opened.
 *
 * @param version the one it has; for a reader, which brings nothing up to date, the newest
 */
record OpenFolder(Path folder, FileIo files, int version, FolderLock lock, Database database)
    implements AutoCloseable {

  /** Makes the folder where there is none. */
  static OpenFolder forWriting(Path folder, LevelDbConfig config) {
    FileIo files = new RealFileIo();
    int version =
        new StoreFolder(files, folder)
            .create(LevelDbStore.KIND, LevelDbStore.OLDEST_VERSION, LevelDbStore.VERSION);
    FolderLock lock = FolderLock.take(folder);
    return open(folder, files, version, lock, () -> Database.open(path(folder), config));
  }

  /** Changes nothing of the folder. */
  static OpenFolder forReading(Path folder, LevelDbConfig config) {
    FileIo files = new RealFileIo();
    int version = LevelDbStore.VERSION;
    new StoreFolder(files, folder)
        .check(LevelDbStore.KIND, LevelDbStore.OLDEST_VERSION, LevelDbStore.VERSION);
    FolderLock lock = FolderLock.takeExisting(folder);
    return open(folder, files, version, lock, () -> Database.openCopy(path(folder), config));
  }

  private static OpenFolder open(
      Path folder, FileIo files, int version, FolderLock lock, Supplier<Database> database) {
    try {
      return new OpenFolder(folder, files, version, lock, database.get());
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static Path path(Path folder) {
    return folder.resolve(LevelDbStore.DATABASE_FOLDER);
  }

  /** Sets the mark of an older version to the newest, as the last step of bringing it there. */
  void bringUpToDate() {
    if (version < LevelDbStore.VERSION) {
      new StoreFolder(files, folder).mark(LevelDbStore.KIND, LevelDbStore.VERSION);
    }
  }

  @Override
  public void close() {
    database.close();
    lock.close();
  }
}
