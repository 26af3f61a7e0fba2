package dev.varve.storage.disk.leveldb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.varve.fallback.io.FileIo;
import dev.varve.storage.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The file that tells up to which height a store was verified last. */
final class VerifiedMark {
  // LevelDB ignores files of other names. Writing it forces the names of the files beside it.
  private static final String NAME = "VERIFIED";

  private final Path folder;
  private final FileIo files;
  private final Path file;

  /** {@code folder}: the store's. */
  VerifiedMark(Path folder, FileIo files) {
    this.folder = folder;
    this.files = files;
    this.file = folder.resolve(LevelDbStore.DATABASE_FOLDER).resolve(NAME);
  }

  void write(long height) {
    try {
      files.replace(file, (height + "\n").getBytes(US_ASCII));
    } catch (IOException e) {
      throw Errors.of(folder, "writing " + file, e);
    }
  }

  /** What was verified above a height is to be taken back. */
  void lowerTo(long height) {
    if (read() > height) {
      write(height);
    }
  }

  /** The height, 0 where there is no mark. */
  long read() {
    try {
      Optional<byte[]> bytes = files.read(file);
      return bytes.isEmpty() ? 0 : Long.parseLong(new String(bytes.get(), US_ASCII).strip());
    } catch (IOException e) {
      throw Errors.of(folder, "reading " + file, e);
    } catch (NumberFormatException e) {
      throw new StorageException.Corruption("file " + file + " is not a height", file, 0, e);
    }
  }

  /** Requires that the store holds what it was verified to hold. */
  void require(long applied) {
    long verified = read();
    if (applied < verified) {
      throw new StorageException.Corruption(
          String.format(
              "store %s held block %d for certain and holds block %d", folder, verified, applied),
          null);
    }
  }
}
