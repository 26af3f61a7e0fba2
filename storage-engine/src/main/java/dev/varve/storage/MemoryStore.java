package dev.varve.storage;

import java.util.Optional;

/**
 * A volatile, bounded cache of stored values in their checked envelope; never the only copy.
 *
 * <p>It never throws at the writer for lack of room: it evicts the oldest entries first, and passes
 * over a value that is too large. Threads: {@link #put} and {@link #remove} from one thread at a
 * time, {@link #get} from any.
 */
public interface MemoryStore extends AutoCloseable {
  Optional<byte[]> get(byte[] key);

  void put(byte[] key, byte[] value);

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
