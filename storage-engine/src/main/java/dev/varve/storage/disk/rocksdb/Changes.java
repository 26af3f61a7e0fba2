package dev.varve.storage.disk.rocksdb;

import com.google.protobuf.ByteString;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.disk.RecordWriter;

/** Writes changes of single records; those of blocks are the store's own. */
final class Changes implements RecordWriter {
  private final Database database;
  private final BatchEncoder encoder;
  private final Runnable before;
  private final Runnable written;
  private long droppedBelow;

  /** {@code before} is called before each write, {@code written} after each commit. */
  Changes(Database database, BatchEncoder encoder, Runnable before, Runnable written) {
    this.database = database;
    this.encoder = encoder;
    this.before = before;
    this.written = written;
    encoder.begin();
  }

  @Override
  public void put(RecordType type, byte[] key, ByteString payload) {
    encoder.put(type, key, payload);
  }

  @Override
  public void delete(RecordType type, byte[] key) {
    encoder.delete(type, key);
  }

  @Override
  public boolean deleteBelow(RecordType type, long height) {
    encoder.deleteBelow(type, height);
    if (ColumnFamily.of(type) == ColumnFamily.CHAIN) {
      droppedBelow = height;
    }
    return true;
  }

  @Override
  public boolean deletesByRange() {
    return true;
  }

  @Override
  public void discard() {
    encoder.begin();
    droppedBelow = 0;
  }

  @Override
  public void commit() {
    long dropped = droppedBelow;
    if (!encoder.isEmpty()) {
      byte[] batch = encoder.finish();
      discard();
      before.run();
      database.write(batch);
    }
    if (dropped > 0) {
      // Appended in height order, most of it lies in files of its own, which need no compaction.
      database.dropFiles(ColumnFamily.CHAIN, Keys.height(dropped));
    }
    written.run();
  }
}
