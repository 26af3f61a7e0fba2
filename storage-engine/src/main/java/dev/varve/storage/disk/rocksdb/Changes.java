package dev.varve.storage.disk.rocksdb;

import com.google.protobuf.ByteString;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.disk.RecordWriter;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;

/** Writes changes of single records; those of blocks are the store's own. */
final class Changes implements RecordWriter {
  private final Database database;
  private final Consumer<byte[]> write;
  private final BatchEncoder encoder;
  private final Runnable before;
  private final Runnable written;
  private final Map<ColumnFamily, Long> droppedBelow = new EnumMap<>(ColumnFamily.class);

  /** {@code before} is called before each write, {@code written} after each commit. */
  Changes(Database database, BatchEncoder encoder, Runnable before, Runnable written) {
    this(database, database::write, encoder, before, written);
  }

  private Changes(
      Database database,
      Consumer<byte[]> write,
      BatchEncoder encoder,
      Runnable before,
      Runnable written) {
    this.database = database;
    this.write = write;
    this.encoder = encoder;
    this.before = before;
    this.written = written;
    encoder.begin();
  }

  /** Does not force what it writes; {@code before} is called before each write. */
  static Changes unforced(Database database, BatchEncoder encoder, Runnable before) {
    return new Changes(database, database::writeUnforced, encoder, before, () -> {});
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
    if (type == RecordType.BLOCK || type == RecordType.SEAL) {
      droppedBelow.put(ColumnFamily.of(type), height);
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
    droppedBelow.clear();
  }

  @Override
  public void commit() {
    Map<ColumnFamily, Long> dropped = new EnumMap<>(droppedBelow);
    if (!encoder.isEmpty()) {
      byte[] batch = encoder.finish();
      discard();
      before.run();
      write.accept(batch);
    }
    // Appended in height order, most of it lies in files of its own, which need no compaction.
    dropped.forEach((family, height) -> database.dropFiles(family, Keys.height(height)));
    written.run();
  }
}
