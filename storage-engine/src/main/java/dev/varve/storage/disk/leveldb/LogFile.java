package dev.varve.storage.disk.leveldb;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * Checks a file of LevelDB's log format (logs and MANIFEST; LevelDB's doc/log_format.md), since
 * LevelDB itself skips damage in a log and stumbles over a torn tail.
 *
 * @param wholeBytes length up to the end of the last whole record in front of any damage
 * @param bytes length of the file
 * @param damage what is wrong behind {@code wholeBytes}, or null for a tail that just ends too
 *     early
 */
record LogFile(Path path, long wholeBytes, long bytes, String damage) {
  private static final int BLOCK_BYTES = 32 * 1024;
  private static final int HEADER_BYTES = 7;
  private static final int FULL = 1;
  private static final int FIRST = 2;
  private static final int LAST = 4;
  private static final int CRC_MASK_DELTA = 0xa282ead8;

  boolean isWhole() {
    return wholeBytes == bytes;
  }

  /** Cuts what is behind the last whole record. */
  void cut() throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
      file.truncate(wholeBytes);
    }
  }

  /** Reads a file to its end or its first damage, and passes on each whole record. */
  static LogFile read(Path path, Consumer<byte[]> records) throws IOException {
    return new Reader(path, 0, 0, Files.readAllBytes(path)).read(records);
  }

  /** As {@link #read}, from the end of an earlier record. */
  static LogFile readFrom(Path path, long from, Consumer<byte[]> records) throws IOException {
    long block = from - from % BLOCK_BYTES;
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(file.size() - block));
      int read = 0;
      while (bytes.hasRemaining() && read >= 0) {
        read = file.read(bytes, block + bytes.position());
      }
      return new Reader(path, block, (int) (from - block), bytes.array()).read(records);
    }
  }

  /** LevelDB stores checksums turned and shifted, so that one of bytes with checksums is sound. */
  static int masked(CRC32C crc) {
    return Integer.rotateRight((int) crc.getValue(), 15) + CRC_MASK_DELTA;
  }

  private static final class Reader {
    private final Path path;
    private final ByteBuffer file;
    private final long start;
    private int whole;
    // The record that is being put together, or null between records.
    private ByteArrayOutputStream record;
    private String damage;

    /** {@code bytes} begin with a block, {@code start} bytes into the file. */
    Reader(Path path, long start, int from, byte[] bytes) {
      this.path = path;
      this.start = start;
      this.file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(from);
      this.whole = from;
    }

    LogFile read(Consumer<byte[]> records) {
      while (readChunk(records)) {
        if (record == null) {
          whole = file.position();
        }
      }
      return new LogFile(path, start + whole, start + file.limit(), damage);
    }

    private boolean readChunk(Consumer<byte[]> records) {
      int left = BLOCK_BYTES - file.position() % BLOCK_BYTES;
      int padding = left < HEADER_BYTES ? left : 0;
      if (file.remaining() < padding + HEADER_BYTES) {
        return false;
      }
      int start = file.position() + padding;
      int crc = file.getInt(start);
      int length = file.getShort(start + 4) & 0xffff;
      int type = file.get(start + 6);
      int room = BLOCK_BYTES - start % BLOCK_BYTES - HEADER_BYTES;
      if (length > room || type < FULL || type > LAST) {
        return damaged(start, "a chunk of type " + type + " and " + length + " bytes");
      }
      if (file.limit() - start - HEADER_BYTES < length) {
        return isShorter(start, crc) && damaged(start, "a chunk with a wrong length");
      }
      CRC32C expected = new CRC32C();
      expected.update(file.array(), start + 6, length + 1);
      if (masked(expected) != crc) {
        return damaged(start, "a chunk with a wrong checksum");
      }
      boolean begins = type == FULL || type == FIRST;
      if (begins != (record == null)) {
        return damaged(start, "a chunk of type " + type + " out of place");
      }
      file.position(start + HEADER_BYTES + length);
      if (begins) {
        record = new ByteArrayOutputStream();
      }
      record.write(file.array(), start + HEADER_BYTES, length);
      if (type == FULL || type == LAST) {
        records.accept(record.toByteArray());
        record = null;
      }
      return true;
    }

    /** Whether the checksum is that of fewer bytes: then the length is wrong, not the end torn. */
    private boolean isShorter(int start, int crc) {
      CRC32C found = new CRC32C();
      for (int at = start + 6; at < file.limit(); at++) {
        found.update(file.get(at));
        if (masked(found) == crc) {
          return true;
        }
      }
      return false;
    }

    /** Never true. */
    private boolean damaged(int at, String what) {
      damage = what + " at " + (start + at);
      return false;
    }
  }
}
