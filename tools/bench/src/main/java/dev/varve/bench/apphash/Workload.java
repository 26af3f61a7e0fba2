package dev.varve.bench.apphash;

import com.google.protobuf.ByteString;
import dev.varve.storage.StateWrite;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Blocks of state writes over numbered keys, {@code 0} to {@code liveKeys - 1} of which exist. */
final class Workload {
  /** How a block's writes are made up. */
  enum Kind {
    INSERT(100),
    OVERWRITE(0),
    MIXED(50);

    private final int insertPercent;

    Kind(int insertPercent) {
      this.insertPercent = insertPercent;
    }
  }

  private static final int KEY_BYTES = 17;

  private final SplittableRandom random;
  private final int valueBytes;
  private long liveKeys;
  private long height;

  Workload(long seed, int valueBytes) {
    random = new SplittableRandom(seed);
    this.valueBytes = valueBytes;
  }

  long height() {
    return height;
  }

  long liveKeys() {
    return liveKeys;
  }

  List<StateWrite> next(Kind kind, int size) {
    height++;
    List<StateWrite> writes = new ArrayList<>(size);
    long existing = liveKeys;
    long first = existing == 0 ? 0 : random.nextLong(existing);
    // A stride that is coprime to any count of keys below it visits each at most once.
    long stride = 2_147_483_647L % Math.max(existing, 1);
    for (int i = 0; i < size; i++) {
      boolean insert = i * 100L / size < kind.insertPercent;
      long number = insert ? liveKeys++ : (first + stride * i) % existing;
      writes.add(new StateWrite(key(number), value(), height));
    }
    return writes;
  }

  /** A block that takes back the last {@code size} inserted keys. */
  List<StateWrite> undo(int size) {
    height++;
    List<StateWrite> writes = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      writes.add(new StateWrite(key(--liveKeys), null, height));
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
