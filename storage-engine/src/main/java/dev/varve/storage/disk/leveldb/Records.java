package dev.varve.storage.disk.leveldb;

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
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.StateRecord;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Reads records through their envelopes, and knows which ones must be there. */
final class Records implements RecordReader {
  private final Path folder;
  private final Database database;

  Records(Path folder, Database database) {
    this.folder = folder;
    this.database = database;
  }

  @Override
  public <M extends MessageLite> Optional<M> find(RecordType type, byte[] key, Parser<M> parser) {
    byte[] stored = database.get(Keys.typed(type, key));
    return stored == null
        ? Optional.empty()
        : Optional.of(Envelope.open(type, key, stored, parser));
  }

  Optional<ByteString> find(RecordType type, byte[] key) {
    byte[] stored = database.get(Keys.typed(type, key));
    return stored == null ? Optional.empty() : Optional.of(Envelope.open(type, key, stored));
  }

  @Override
  public List<byte[]> values(RecordType type, List<byte[]> keys) {
    return database.getAll(keys.stream().map(key -> Keys.typed(type, key)).toList());
  }

  @Override
  public Optional<StoredEntry> first(RecordType type, byte[] from) {
    StoredEntry[] first = {null};
    database.scan(
        Keys.typed(type, from),
        (key, value) -> {
          if (key[0] == type.code()) {
            first[0] = new StoredEntry(Arrays.copyOfRange(key, 1, key.length), value);
          }
          return false;
        });
    return Optional.ofNullable(first[0]);
  }

  @Override
  public void scan(RecordType type, byte[] from, EntryVisitor visitor) {
    database.scan(
        Keys.typed(type, from),
        (key, value) ->
            key[0] == type.code()
                && visitor.visit(new StoredEntry(Arrays.copyOfRange(key, 1, key.length), value)));
  }

  /** See {@link DiskStore#verifyRecords}. */
  void verifyAll(Consumer<StorageException.Corruption> damaged) {
    database.scan(
        new byte[0],
        (key, value) -> {
          Optional<RecordType> type = key.length == 0 ? Optional.empty() : RecordType.of(key[0]);
          byte[] plain = type.isEmpty() ? key : Arrays.copyOfRange(key, 1, key.length);
          RecordReader.verify(type, new StoredEntry(plain, value), damaged);
          return true;
        });
  }

  /** See {@link DiskStore#scanState}. */
  void scanState(ByteString from, ByteString to, DiskStore.StateVisitor visitor) {
    byte[] end = Keys.typed(RecordType.STATE, to);
    database.scan(
        Keys.typed(RecordType.STATE, from),
        (key, value) ->
            Arrays.compareUnsigned(key, end) < 0
                && visitor.visit(
                    ByteString.copyFrom(key, 1, key.length - 1),
                    Envelope.openTyped(RecordType.STATE, key, value, StateRecord.parser())));
  }

  /** Visits commitments from a height on. */
  void scanCommitments(long from, DiskStore.CommitmentVisitor visitor) {
    database.scan(
        Keys.typed(RecordType.COMMITMENT, Keys.height(from)),
        (typed, value) -> {
          if (typed[0] != RecordType.COMMITMENT.code()) {
            return false;
          }
          byte[] key = Arrays.copyOfRange(typed, 1, typed.length);
          visitor.visit(Keys.heightOf(key), Envelope.open(RecordType.COMMITMENT, key, value));
          return true;
        });
  }

  /** A record that the block of its height says there is. */
  <M extends MessageLite> M require(RecordType type, byte[] key, Parser<M> parser) {
    return find(type, key, parser).orElseThrow(() -> missing(type, key));
  }

  StorageException.Corruption missing(RecordType type, byte[] key) {
    return new StorageException.Corruption(
        String.format(
            "%s record %s is missing in store %s", type, HexFormat.of().formatHex(key), folder),
        null);
  }

  /** The last marker, which its own height must confirm. */
  AppliedHeight applied() {
    byte[] lastKey = Keys.chain(Long.MAX_VALUE, RecordType.MARKER, 0);
    Optional<AppliedHeight> last = find(RecordType.MARKER, lastKey, AppliedHeight.parser());
    if (last.isEmpty()) {
      requireEmpty();
      return AppliedHeight.getDefaultInstance();
    }
    long height = last.get().getHeight();
    byte[] key = Keys.chain(height, RecordType.MARKER, 0);
    AppliedHeight own = require(RecordType.MARKER, key, AppliedHeight.parser());
    if (!own.equals(last.get())) {
      throw new StorageException.Corruption(
          "store " + folder + " has two markers of block " + height + " that differ", null);
    }
    return own;
  }

  private void requireEmpty() {
    database.scan(
        new byte[] {0},
        (key, value) -> {
          throw new StorageException.Corruption(
              "store " + folder + " has records and no last marker", null);
        });
  }

  /** The first height at or above 0 with a record of the type, or -1. */
  long first(RecordType type) {
    return first(type, Keys.height(0)).map(entry -> Keys.heightOf(entry.key())).orElse(-1L);
  }

  /** Reads the chain records of a block, each through its envelope. */
  void requireBlock(long height, int sliceLength) {
    byte[] key = Keys.chain(height, RecordType.BLOCK, 0);
    BlockRecord block = require(RecordType.BLOCK, key, BlockRecord.parser());
    for (int from = 0, slice = 0; from < block.getTxCount(); from += sliceLength, slice++) {
      for (RecordType type :
          new RecordType[] {RecordType.TRANSACTION, RecordType.RESULT, RecordType.LOG}) {
        byte[] sliceKey = Keys.chain(height, type, slice);
        if (find(type, sliceKey).isEmpty()) {
          throw missing(type, sliceKey);
        }
      }
    }
  }
}
