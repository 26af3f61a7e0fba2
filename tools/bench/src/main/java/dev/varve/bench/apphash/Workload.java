package dev.varve.bench.apphash;

import com.google.protobuf.ByteString;
import dev.varve.storage.StateWrite;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Blocks of state writes over numbered keys, of which those of a range exist. */
final class Workload {
  /** How a block's writes are made up. */
  enum Kind {
    INSERT(100, 0),
    OVERWRITE(0, 0),
    MIXED(50, 0),
    /** A third each of inserts, overwrites and deletes, of the oldest keys. */
    CHURN(33, 33);

    private final int insertPercent;
    private final int deletePercent;

    Kind(int insertPercent, int deletePercent) {
      this.insertPercent = insertPercent;
      this.deletePercent = deletePercent;
    }

    boolean deletes() {
      return deletePercent > 0;
    }
  }

  private static final int KEY_BYTES = 17;

  private final SplittableRandom random;
  private final int valueBytes;
  private long first;
  private long next;
  private long height;

  Workload(long seed, int valueBytes) {
    random = new SplittableRandom(seed);
    this.valueBytes = valueBytes;
  }

  long height() {
    return height;
  }

  long liveKeys() {
    return next - first;
  }

  List<StateWrite> next(Kind kind, int size) {
    height++;
    List<StateWrite> writes = new ArrayList<>(size);
    int inserts = size * kind.insertPercent / 100;
    int deletes = size * kind.deletePercent / 100;
    for (int i = 0; i < deletes; i++) {
      writes.add(new StateWrite(key(first++), null, height));
    }
    long existing = liveKeys();
    long start = existing == 0 ? 0 : random.nextLong(existing);
    // A stride that is coprime to any count of keys below it visits each at most once.
    long stride = 2_147_483_647L % Math.max(existing, 1);
    for (int i = 0; i < size - inserts - deletes; i++) {
      long number = first + (start + stride * i) % existing;
      writes.add(new StateWrite(key(number), value(), height));
    }
    for (int i = 0; i < inserts; i++) {
      writes.add(new StateWrite(key(next++), value(), height));
    }
    return writes;
  }

  /** A block that takes back the last {@code size} inserted keys. */
  List<StateWrite> undo(int size) {
    height++;
    List<StateWrite> writes = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      writes.add(new StateWrite(key(--next), null, height));
    }
    return writes;
  }

  private static ByteString key(long number) {
    byte[] key = new byte[KEY_BYTES];
    key[0] = 's';
    ByteBuffer.wrap(key).putLong(1, number * 0x9e3779b97f4a7c15L).putLong(9, number);
    return ByteString.copyFrom(key);
  }

  private ByteString value() {
    byte[] value = new byte[valueBytes];
    ByteBuffer.wrap(value).putLong(0, random.nextLong());
    return ByteString.copyFrom(value);
  }
}
