package dev.varve.storage.disk.leveldb;

import com.google.protobuf.ByteString;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.disk.RecordWriter;
import dev.varve.storage.record.AppliedHeight;

/** Writes what a tool changes of a store, and has it seen. */
final class Changes implements RecordWriter {
  private final Records records;
  private final Database database;
  private final VerifiedMark verified;
  private final Runnable written;
  private BlockEntries entries = new BlockEntries();

  Changes(Records records, Database database, VerifiedMark verified, Runnable written) {
    this.records = records;
    this.database = database;
    this.verified = verified;
    this.written = written;
  }

  @Override
  public void put(RecordType type, byte[] key, ByteString payload) {
    entries.put(type, key, payload);
    if (type == RecordType.MARKER) {
      // Markers come in the order of heights.
      entries.put(type, Keys.chain(Long.MAX_VALUE, type, 0), payload);
    }
  }

  @Override
  public void delete(RecordType type, byte[] key) {
    if (type == RecordType.MARKER && Keys.heightOf(key) == records.applied().getHeight()) {
      // The one below becomes the last.
      byte[] below = Keys.chain(Keys.heightOf(key) - 1, type, 0);
      AppliedHeight last = records.require(type, below, AppliedHeight.parser());
      entries.put(type, Keys.chain(Long.MAX_VALUE, type, 0), last.toByteString());
      verified.lowerTo(last.getHeight());
    }
    entries.delete(type, key);
  }

  @Override
  public void discard() {
    entries = new BlockEntries();
  }

  @Override
  public void commit() {
    BlockEntries batch = entries;
    discard();
    if (!batch.isEmpty()) {
      database.write(batch);
    }
    written.run();
  }
}
