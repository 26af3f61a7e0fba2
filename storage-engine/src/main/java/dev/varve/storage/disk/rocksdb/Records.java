package dev.varve.storage.disk.rocksdb;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.varve.storage.DiskStore;
import dev.varve.storage.Envelope;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.RecordReader;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.StateRecord;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

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

  /** See {@link DiskStore#scanState}. */
  void scanState(ByteString from, ByteString to, DiskStore.StateVisitor visitor) {
    byte[] end = to.toByteArray();
    database.scan(
        ColumnFamily.STATE,
        from.toByteArray(),
        (key, value) ->
            Arrays.compareUnsigned(key, end) < 0
                && visitor.visit(
                    ByteString.copyFrom(key),
                    Envelope.open(RecordType.STATE, key, value, StateRecord.parser())));
  }

  /** Visits commitments from a height on. */
  void scanCommitments(long from, DiskStore.CommitmentVisitor visitor) {
    database.scan(
        ColumnFamily.COMMITMENT,
        Keys.height(from),
        (key, value) -> {
          visitor.visit(Keys.heightOf(key), Envelope.open(RecordType.COMMITMENT, key, value));
          return true;
        });
  }

  /** See {@link DiskStore#verifyRecords}. */
  void verifyAll(Consumer<StorageException.Corruption> damaged) {
    for (ColumnFamily family : ColumnFamily.values()) {
      // A store of an older version that is open for reading lacks some.
      if (database.id(family) < 0) {
        continue;
      }
      try {
        database.scan(
            family,
            new byte[0],
            (key, value) -> {
              RecordReader.verify(family.typeOf(key), new StoredEntry(key, value), damaged);
              return true;
            });
      } catch (StorageException.Corruption e) {
        damaged.accept(e);
      }
    }
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
