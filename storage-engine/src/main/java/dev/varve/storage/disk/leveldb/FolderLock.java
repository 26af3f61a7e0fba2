package dev.varve.storage.disk.leveldb;

import dev.varve.storage.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps other openers away, in this process and others; LevelDB's own lock leaks at failures. */
final class FolderLock implements AutoCloseable {
  private static final String FILE = "lock";

  private static final Logger LOG = LoggerFactory.getLogger(FolderLock.class);

  private final Path folder;
  // Null where there is nothing to lock.
  private final FileChannel channel;

  private FolderLock(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  static FolderLock take(Path folder) {
    return take(folder, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  /** As {@link #take}; a folder without the file, which nobody can have open, is left without. */
  static FolderLock takeExisting(Path folder) {
    return Files.exists(folder.resolve(FILE))
        ? take(folder, StandardOpenOption.WRITE)
        : new FolderLock(folder, null);
  }

  private static FolderLock take(Path folder, OpenOption... options) {
    Path file = folder.resolve(FILE);
    try {
      FileChannel channel = FileChannel.open(file, options);
      if (lock(channel)) {
        return new FolderLock(folder, channel);
      }
      channel.close();
    } catch (IOException e) {
      throw Errors.of(folder, "locking it", e);
    }
    throw new StorageException.Unavailable(
        "store " + folder + " is open elsewhere: its lock is taken", null);
  }

  private static boolean lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException ofThisProcess) {
      return false;
    }
  }

  @Override
  public void close() {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      LOG.warn("store {} stays locked until this process ends: {}", folder, e.toString());
    }
  }
}
