package dev.varve.storage.engine;

import com.google.protobuf.ByteString;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;

/**
 * The state keys that blocks in the log wrote, in byte order, from one key up to another; fewer
 * than that where their bytes reach a bound. Not thread-safe.
 */
final class LoggedKeys {
  /** What a key takes on the heap beside its own bytes. */
  private static final int KEY_BYTES = 112;

  private final TreeMap<byte[], Write> writes = new TreeMap<>(Arrays::compareUnsigned);
  private final byte[] from;
  private final long maxBytes;
  private byte[] end;
  private long bytes;

  /**
   * The newest write of a key.
   *
   * @param height of the block, which is the entry's sequence
   * @param offset bytes from the start of the entry's payload to the record
   */
  record Write(long height, int offset, boolean deleted) {}

  LoggedKeys(ByteString from, ByteString end, long maxBytes) {
    this.from = from.toByteArray();
    this.end = end.toByteArray();
    this.maxBytes = maxBytes;
  }

  /** Takes the payload of a block's entry; blocks come in height order. */
  void add(long height, byte[] payload) {
    for (int at = BatchCodec.HEADER_BYTES; at < payload.length; ) {
      LogRecord next = LogRecord.read(payload, at);
      if (next.isCut()) {
        throw new StorageException.Corruption(
            "log entry of block " + height + " ends within a record", null);
      }
      if (next.type() == RecordType.STATE) {
        put(next.key(), new Write(height, at, next.deleted()));
      }
      at = next.end();
    }
  }

  private void put(byte[] key, Write write) {
    if (Arrays.compareUnsigned(key, from) < 0 || Arrays.compareUnsigned(key, end) >= 0) {
      return;
    }
    if (writes.put(key, write) == null) {
      bytes += KEY_BYTES + key.length;
    }
    while (bytes > maxBytes && writes.size() > 1) {
      end = writes.pollLastEntry().getKey();
      bytes -= KEY_BYTES + end.length;
    }
  }

  /** Forgets the keys, not where they end. */
  void clear() {
    writes.clear();
    bytes = 0;
  }

  /** The key up to which, exclusive, every write is here. */
  ByteString end() {
    return ByteString.copyFrom(end);
  }

  Iterator<Map.Entry<byte[], Write>> iterator() {
    return writes.entrySet().iterator();
  }
}
