package dev.varve.storage.disk.rocksdb;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.varve.storage.Envelope;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.RecordReader;
import dev.varve.storage.record.AppliedHeight;
import java.nio.file.Path;
import java.util.HexFormat;
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
  public void scan(RecordType type, byte[] from, EntryVisitor visitor) {
    database.scan(
        ColumnFamily.of(type), from, (key, value) -> visitor.visit(new StoredEntry(key, value)));
  }

  @Override
  public Optional<StoredEntry> first(RecordType type, byte[] from) {
    return Optional.ofNullable(database.first(ColumnFamily.of(type), from));
  }

  /** The last marker: it sorts last among the records of a height. */
  AppliedHeight applied(Path folder) {
    byte[] last = database.lastKey(ColumnFamily.CHAIN);
    if (last == null) {
      return AppliedHeight.getDefaultInstance();
    }
    if (last.length != Keys.CHAIN_BYTES || last[8] != RecordType.MARKER.code()) {
      throw new StorageException.Corruption(
          "store " + folder + " ends with key " + HexFormat.of().formatHex(last) + ", not a marker",
          null);
    }
    return find(RecordType.MARKER, last, AppliedHeight.parser()).orElseThrow();
  }
}
