package dev.varve.storage.disk.rocksdb;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.varve.storage.Envelope;
import dev.varve.storage.RecordType;
import dev.varve.storage.disk.RecordReader;
import java.util.List;
import java.util.Optional;

/** Reads records from their families. */
final class Records implements RecordReader {
  private final Database database;

  Records(Database database) {
    this.database = database;
  }

  @Override
  public <M extends MessageLite> Optional<M> find(RecordType type, byte[] key, Parser<M> parser) {
    byte[] stored = database.get(ColumnFamily.of(type), key);
    return stored == null
        ? Optional.empty()
        : Optional.of(Envelope.open(type, key, stored, parser));
  }

  @Override
  public List<byte[]> values(RecordType type, List<byte[]> keys) {
    return database.getAll(ColumnFamily.of(type), keys);
  }

  @Override
  public Optional<StoredEntry> first(RecordType type, byte[] from) {
    return Optional.ofNullable(database.first(ColumnFamily.of(type), from));
  }
}
