package dev.varve.storage.disk.rocksdb;

import dev.varve.fallback.io.FileIo;
import dev.varve.storage.StorageException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file that tells which height was durable last: RocksDB itself takes a write-ahead log that
 * was damaged or cut off for one that ends there, and says nothing of what stood behind.
 *
 * <p>Bytes: u64 height, u32 CRC32C over it, big-endian. Raised after the store's own force and not
 * forced, lowered and forced before the store goes back: so it never tells too much, and after a
 * power failure perhaps too little. One that does not match its checksum tells nothing. Threads:
 * one at a time.
 */
final class DurableMark implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DurableMark.class);
  private static final String NAME = "DURABLE";
  private static final int BYTES = Long.BYTES + Integer.BYTES;

  private final FileIo files;
  private final Path file;
  private final ByteBuffer bytes = ByteBuffer.allocate(BYTES);
  private RandomAccessFile out;
  private long before;
  private boolean failed;

  /** {@code folder}: the store's. */
  DurableMark(FileIo files, Path folder) {
    this.files = files;
    this.file = folder.resolve(NAME);
  }

  /** The store was read: the first time this is compared with the file, later the file follows. */
  void loaded(long height) {
    if (before == 0) {
      before = Math.max(height, read());
    } else {
      write(height);
    }
  }

  /** The height that was durable when the store was opened, by the file or the store itself. */
  long before() {
    return before;
  }

  /** 0 where the file does not tell. */
  private long read() {
    try {
      byte[] found = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
      if (found.length != BYTES) {
        return 0;
      }
      ByteBuffer read = ByteBuffer.wrap(found);
      long height = read.getLong();
      return read.getInt() == checksum(found) ? height : 0;
    } catch (IOException e) {
      throw new StorageException.Unavailable(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Before the store goes back to a height: the higher one must not be missed from then on. */
  void lower(long height) {
    close();
    out = null;
    put(height);
    try {
      files.replace(file, bytes.array());
    } catch (IOException e) {
      throw new StorageException.Unavailable(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  /** Sets the height; where that fails it is told once, as the store itself is well. */
  void write(long height) {
    put(height);
    try {
      open();
      out.seek(0);
      out.write(bytes.array());
      failed = false;
    } catch (IOException e) {
      if (!failed) {
        LOG.warn("{} cannot be written, lost blocks would not be noticed: {}", file, e.toString());
      }
      failed = true;
    }
  }

  private void put(long height) {
    bytes.clear();
    bytes.putLong(height);
    bytes.putInt(checksum(bytes.array()));
  }

  private void open() throws FileNotFoundException {
    if (out == null) {
      out = new RandomAccessFile(file.toFile(), "rw");
    }
  }

  private static int checksum(byte[] height) {
    CRC32C crc = new CRC32C();
    crc.update(height, 0, Long.BYTES);
    return (int) crc.getValue();
  }

  @Override
  public void close() {
    try {
      if (out != null) {
        out.close();
      }
    } catch (IOException e) {
      LOG.debug("{} cannot be closed", file, e);
    }
  }
}
