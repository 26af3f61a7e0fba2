package dev.varve.ledger.commitment;

import com.google.protobuf.ByteString;
import dev.varve.storage.StateWrite;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A chain's state writes, block by block, drawn from a seed that replays them. */
final class History {
  private final SplittableRandom random;
  private final int keySpace;
  private long height;

  History(long seed, int keySpace) {
    random = new SplittableRandom(seed);
    this.keySpace = keySpace;
  }

  long height() {
    return height;
  }

  /** A block of up to {@code size} writes, {@code deletes} percent of them deletes. */
  List<StateWrite> next(int size, int deletes) {
    height++;
    Map<ByteString, StateWrite> writes = new LinkedHashMap<>();
    for (int i = 0; i < size; i++) {
      ByteString key = key(random.nextInt(keySpace));
      byte[] value = new byte[random.nextInt(40)];
      random.nextBytes(value);
      ByteString put = random.nextInt(100) < deletes ? null : ByteString.copyFrom(value);
      writes.put(key, new StateWrite(key, put, height));
    }
    return new ArrayList<>(writes.values());
  }

  /** Deletes every key there can be. */
  List<StateWrite> deleteAll() {
    height++;
    List<StateWrite> writes = new ArrayList<>();
    for (int i = 0; i < keySpace; i++) {
      writes.add(new StateWrite(key(i), null, height));
    }
    return writes;
  }

  private static ByteString key(int i) {
    return ByteString.copyFromUtf8("s" + i);
  }
}
