package dev.varve.storage;

import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A volatile, bounded cache of stored values in their checked envelope; never the only copy.
 *
 * <p>It never throws at the writer for lack of room: it evicts the oldest entries first, and passes
 * over a value that is too large. Threads: {@link #put}, {@link #offer} and {@link #remove} from
 * one thread at a time, {@link #get}, {@link #peek} and {@link #sample} from any.
 */
public interface MemoryStore extends AutoCloseable {
  Optional<byte[]> get(byte[] key);

  /** As {@link #get}, counted neither as a hit nor as a miss. */
  Optional<byte[]> peek(byte[] key);

  void put(byte[] key, byte[] value);

  /**
   * Puts an entry where nothing has to go for it, and so that it goes before what is held already;
   * passes over a key that is held and a value that is too large.
   *
   * @return false when there is no room left
   */
  boolean offer(byte[] key, byte[] value);

  /** Keys of at most so many entries, picked at random; a key may come twice. */
  List<byte[]> sample(int count, Random random);

  void remove(byte[] key);

  /** Forgets everything. */
  void clear();

  MemoryStats stats();

  @Override
  void close();

  /**
   * How full the store is and how it served; counts since it was opened.
   *
   * @param entries entries held now
   * @param bytes bytes they take off-heap
   * @param boundBytes the configured bound
   */
  record MemoryStats(
      long entries, long bytes, long boundBytes, long hits, long misses, long evictions) {}
}
