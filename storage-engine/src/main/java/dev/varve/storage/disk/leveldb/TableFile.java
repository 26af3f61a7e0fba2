package dev.varve.storage.disk.leveldb;

import dev.varve.storage.StorageException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Checks the checksum of every block of a table (LevelDB's doc/table_format.md), which LevelDB
 * itself never does: a flipped bit in a key would make a record vanish.
 */
final class TableFile {
  private static final int FOOTER_BYTES = 48;
  private static final int TRAILER_BYTES = 5;
  private static final long MAGIC = 0xdb4775248b80fb57L;

  private final Path path;
  private final ByteBuffer bytes;

  private TableFile(Path path, byte[] bytes) {
    this.path = path;
    this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Requires a file to be whole.
   *
   * @throws StorageException.Corruption with the place of the damage
   */
  static void check(Path path) throws IOException {
    TableFile table = new TableFile(path, Files.readAllBytes(path));
    try {
      table.check();
    } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
      throw table.corrupt(0, "does not parse as a table: " + e);
    }
  }

  private void check() {
    int footerAt = bytes.limit() - FOOTER_BYTES;
    if (footerAt < 0) {
      throw corrupt(0, "is shorter than its footer");
    }
    if (bytes.getLong(bytes.limit() - 8) != MAGIC) {
      throw corrupt(bytes.limit() - 8, "does not end as a table");
    }
    ByteBuffer footer = slice(footerAt, FOOTER_BYTES - 8);
    Block metaIndex = Block.read(footer);
    Block index = Block.read(footer);
    requireZeros(footer, footerAt);
    long end = checkDataBlocks(index);
    if (metaIndex.offset() != end || index.offset() != metaIndex.end() || index.end() != footerAt) {
      throw corrupt(footerAt, "has blocks that do not follow each other");
    }
    checkBlock(metaIndex);
  }

  private void requireZeros(ByteBuffer padding, int footerAt) {
    while (padding.hasRemaining()) {
      if (padding.get() != 0) {
        throw corrupt(footerAt, "has a damaged footer");
      }
    }
  }

  private long checkDataBlocks(Block index) {
    ByteBuffer entries = checkBlock(index);
    int restarts = entries.getInt(entries.limit() - 4);
    entries.limit(entries.limit() - 4 * (restarts + 1));
    long end = 0;
    while (entries.hasRemaining()) {
      Block.varint(entries);
      int keyBytes = (int) Block.varint(entries);
      int valueBytes = (int) Block.varint(entries);
      entries.position(entries.position() + keyBytes);
      int next = entries.position() + valueBytes;
      Block data = Block.read(entries);
      if (data.offset() != end || entries.position() > next) {
        throw corrupt(index.offset(), "has a block that does not follow the one before");
      }
      // LevelDB keeps handles in fields of their greatest length.
      entries.position(next);
      checkBlock(data);
      end = data.end();
    }
    return end;
  }

  private ByteBuffer checkBlock(Block block) {
    int at = Math.toIntExact(block.offset());
    int length = Math.toIntExact(block.length());
    CRC32C crc = new CRC32C();
    crc.update(slice(at, length + 1));
    if (LogFile.masked(crc) != bytes.getInt(at + length + 1)) {
      throw corrupt(at, "has a block with a wrong checksum");
    }
    return slice(at, length);
  }

  private ByteBuffer slice(int at, int length) {
    return bytes.slice(at, length).order(ByteOrder.LITTLE_ENDIAN);
  }

  private StorageException.Corruption corrupt(long at, String what) {
    return new StorageException.Corruption(
        "table " + path + " " + what + ", at " + at, path, at, null);
  }

  /** Where a block lies; its trailer, compression and checksum, follows it. */
  private record Block(long offset, long length) {
    static Block read(ByteBuffer from) {
      return new Block(varint(from), varint(from));
    }

    long end() {
      return offset + length + TRAILER_BYTES;
    }

    static long varint(ByteBuffer from) {
      long value = 0;
      for (int shift = 0; shift < 64; shift += 7) {
        byte next = from.get();
        value |= (next & 0x7fL) << shift;
        if (next >= 0) {
          return value;
        }
      }
      throw new IllegalArgumentException("number of more than 9 bytes");
    }
  }
}
