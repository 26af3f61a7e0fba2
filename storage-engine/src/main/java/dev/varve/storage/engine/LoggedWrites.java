package dev.varve.storage.engine;

import com.google.protobuf.ByteString;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The state keys in a range that one block in the log writes, in byte order, and where in its entry
 * they stand. Immutable.
 */
final class LoggedWrites {
  private final long height;
  private final byte[] keys;
  // One more than there are keys.
  private final int[] starts;
  // Where the record begins; of a deletion its complement.
  private final int[] offsets;

  private LoggedWrites(long height, byte[] keys, int[] starts, int[] offsets) {
    this.height = height;
    this.keys = keys;
    this.starts = starts;
    this.offsets = offsets;
  }

  /** Reads the payload of a block's entry. */
  static LoggedWrites read(long height, byte[] payload, ByteString from, ByteString to) {
    byte[] low = from.toByteArray();
    byte[] high = to.toByteArray();
    List<Write> found = new ArrayList<>();
    for (int at = BatchCodec.HEADER_BYTES; at < payload.length; ) {
      LogRecord next = LogRecord.read(payload, at);
      if (next.isCut()) {
        throw new StorageException.Corruption(
            "log entry of block " + height + " ends within a record", null);
      }
      if (next.type() == RecordType.STATE) {
        byte[] key = next.key();
        if (Arrays.compareUnsigned(key, low) >= 0 && Arrays.compareUnsigned(key, high) < 0) {
          found.add(new Write(key, next.deleted() ? ~at : at));
        }
      }
      at = next.end();
    }
    found.sort(Comparator.comparing(Write::key, Arrays::compareUnsigned));
    return pack(height, found);
  }

  private static LoggedWrites pack(long height, List<Write> writes) {
    int[] starts = new int[writes.size() + 1];
    int[] offsets = new int[writes.size()];
    for (int i = 0; i < offsets.length; i++) {
      starts[i + 1] = starts[i] + writes.get(i).key().length;
      offsets[i] = writes.get(i).offset();
    }
    byte[] keys = new byte[starts[offsets.length]];
    for (int i = 0; i < offsets.length; i++) {
      byte[] key = writes.get(i).key();
      System.arraycopy(key, 0, keys, starts[i], key.length);
    }
    return new LoggedWrites(height, keys, starts, offsets);
  }

  // Arrays as they are: this never leaves the class.
  @SuppressWarnings("ArrayRecordComponent")
  private record Write(byte[] key, int offset) {}

  long height() {
    return height;
  }

  int size() {
    return offsets.length;
  }

  /** The place of the first key that is not below another. */
  int ceiling(byte[] key) {
    int low = 0;
    int high = offsets.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (compare(middle, key) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  byte[] key(int place) {
    return Arrays.copyOfRange(keys, starts[place], starts[place + 1]);
  }

  /** As {@link Arrays#compareUnsigned(byte[], byte[])}. */
  int compare(int place, byte[] key) {
    return Arrays.compareUnsigned(keys, starts[place], starts[place + 1], key, 0, key.length);
  }

  /** As {@link #compare(int, byte[])}, with a key of another block or of this one. */
  int compare(int place, LoggedWrites other, int otherPlace) {
    return Arrays.compareUnsigned(
        keys,
        starts[place],
        starts[place + 1],
        other.keys,
        other.starts[otherPlace],
        other.starts[otherPlace + 1]);
  }

  boolean isDelete(int place) {
    return offsets[place] < 0;
  }

  /** Bytes from the start of the entry's payload to the record. */
  int offset(int place) {
    return isDelete(place) ? ~offsets[place] : offsets[place];
  }
}
