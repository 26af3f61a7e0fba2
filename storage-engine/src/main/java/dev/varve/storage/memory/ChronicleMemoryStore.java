package dev.varve.storage.memory;

import dev.varve.storage.MemoryStore;
import dev.varve.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The memory store in Chronicle Maps off the heap: generations of equal size, filled one after the
 * other; when the youngest is full, the oldest is emptied and becomes the youngest.
 *
 * <p>Invariant: of two copies of a key the one in the younger generation is newer, and look-ups go
 * from young to old. Needs a JDK and the flags of the module's README, since Chronicle Map compiles
 * code when it starts.
 */
public final class ChronicleMemoryStore implements MemoryStore {
  /** The least bound that holds a few slices of a block in each generation. */
  public static final long MIN_BOUND_BYTES = 16L << 20;

  // More generations lose less at a time, fewer answer a miss sooner.
  private static final int GENERATIONS = 4;
  // A look at a place of the map that may be empty.
  private static final int LOOKS_PER_SAMPLE = 8;

  private final long boundBytes;
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder evictions = new LongAdder();
  // Youngest first; replaced as a whole.
  private volatile Generation[] generations;
  private boolean closed;

  private ChronicleMemoryStore(long boundBytes, Generation[] generations) {
    this.boundBytes = boundBytes;
    this.generations = generations;
  }

  /**
   * Creates an empty store; takes one to three seconds for the first one of a process.
   *
   * @param boundBytes off-heap bytes it may take, at least {@link #MIN_BOUND_BYTES}
   */
  public static ChronicleMemoryStore create(long boundBytes) {
    if (boundBytes < MIN_BOUND_BYTES) {
      throw new IllegalArgumentException(
          "memory bound is " + boundBytes + " bytes, allowed is " + MIN_BOUND_BYTES + " up");
    }
    keepToTemporaryFolder();
    long each = boundBytes / GENERATIONS;
    Generation[] generations = new Generation[GENERATIONS];
    generations[0] = Generation.ofAtMost(each);
    for (int i = 1; i < GENERATIONS; i++) {
      generations[i] = generations[0].sibling();
    }
    return new ChronicleMemoryStore(boundBytes, generations);
  }

  /** JNA, which Chronicle uses, would unpack its library below the user's home otherwise. */
  private static void keepToTemporaryFolder() {
    if (System.getProperty("jna.tmpdir") == null) {
      System.setProperty("jna.tmpdir", System.getProperty("java.io.tmpdir"));
    }
  }

  @Override
  public Optional<byte[]> get(byte[] key) {
    enter();
    try {
      byte[] value = find(key);
      (value == null ? misses : hits).increment();
      return Optional.ofNullable(value);
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public Optional<byte[]> peek(byte[] key) {
    enter();
    try {
      return Optional.ofNullable(find(key));
    } finally {
      lock.readLock().unlock();
    }
  }

  private byte[] find(byte[] key) {
    for (Generation generation : generations) {
      byte[] value = generation.get(key);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  @Override
  public void put(byte[] key, byte[] value) {
    enter();
    try {
      if (!generations[0].fits(key, value)) {
        removeAll(key);
        return;
      }
      if (!generations[0].hasRoom(key, value)) {
        turnOver();
      }
      if (!generations[0].put(key, value)) {
        // One segment can be full before the others.
        turnOver();
        if (!generations[0].put(key, value)) {
          removeAll(key);
        }
      }
    } finally {
      lock.readLock().unlock();
    }
  }

  // The generation that was offered to last is the oldest one with entries: what is offered later
  // is older, goes there or behind it, and is emptied first.
  @Override
  public boolean offer(byte[] key, byte[] value) {
    enter();
    try {
      if (!generations[0].fits(key, value) || find(key) != null) {
        return true;
      }
      int at = GENERATIONS - 1;
      while (at > 0 && generations[at].isEmpty()) {
        at--;
      }
      for (; at < GENERATIONS; at++) {
        if (generations[at].hasRoom(key, value) && generations[at].put(key, value)) {
          return true;
        }
      }
      return false;
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public List<byte[]> sample(int count, Random random) {
    enter();
    try {
      List<byte[]> keys = new ArrayList<>(count);
      for (int look = 0; keys.size() < count && look < count * LOOKS_PER_SAMPLE; look++) {
        byte[] key = generations[random.nextInt(GENERATIONS)].sample(random);
        if (key != null) {
          keys.add(key);
        }
      }
      return keys;
    } finally {
      lock.readLock().unlock();
    }
  }

  private void turnOver() {
    Generation[] before = generations;
    Generation oldest = before[GENERATIONS - 1];
    evictions.add(oldest.entries());
    oldest.clear();
    Generation[] after = new Generation[GENERATIONS];
    after[0] = oldest;
    System.arraycopy(before, 0, after, 1, GENERATIONS - 1);
    generations = after;
  }

  @Override
  public void remove(byte[] key) {
    enter();
    try {
      removeAll(key);
    } finally {
      lock.readLock().unlock();
    }
  }

  // Oldest first: a reader meanwhile must not find an older copy behind the removed one.
  private void removeAll(byte[] key) {
    for (int i = GENERATIONS - 1; i >= 0; i--) {
      generations[i].remove(key);
    }
  }

  @Override
  public void clear() {
    enter();
    try {
      for (int i = GENERATIONS - 1; i >= 0; i--) {
        generations[i].clear();
      }
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public MemoryStats stats() {
    enter();
    try {
      long entries = 0;
      long bytes = 0;
      for (Generation generation : generations) {
        entries += generation.entries();
        bytes += generation.offHeapBytes();
      }
      return new MemoryStats(entries, bytes, boundBytes, hits.sum(), misses.sum(), evictions.sum());
    } finally {
      lock.readLock().unlock();
    }
  }

  private void enter() {
    lock.readLock().lock();
    if (closed) {
      lock.readLock().unlock();
      throw new StorageException.Closed("memory store was closed");
    }
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        for (Generation generation : generations) {
          generation.close();
        }
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
