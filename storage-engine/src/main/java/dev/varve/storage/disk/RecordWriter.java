package dev.varve.storage.disk;

import com.google.protobuf.ByteString;
import dev.varve.storage.RecordType;

/** Collects changes of records and writes them as one. Threads: one at a time. */
public interface RecordWriter {
  void put(RecordType type, byte[] key, ByteString payload);

  void delete(RecordType type, byte[] key);

  /** Writes all changes since the last call, or none of them; durable when it returns. */
  void commit();
}
