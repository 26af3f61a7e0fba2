package dev.varve.storage.disk;

import com.google.protobuf.ByteString;
import dev.varve.storage.RecordType;

/** Collects changes of records and writes them as one. Threads: one at a time. */
public interface RecordWriter {
  void put(RecordType type, byte[] key, ByteString payload);

  void delete(RecordType type, byte[] key);

  /**
   * Deletes all records of a type whose key begins with a height below this one, and of the types
   * that the store keeps beside it.
   *
   * @return false where the store cannot but one by one; nothing was done then
   */
  default boolean deleteBelow(RecordType type, long height) {
    return false;
  }

  /** Whether {@link #deleteBelow} does anything. */
  default boolean deletesByRange() {
    return false;
  }

  /** Forgets the changes since the last {@link #commit}. */
  void discard();

  /**
   * Writes all changes since the last call, or none of them; durable when it returns. When it fails
   * they are forgotten.
   */
  void commit();
}
