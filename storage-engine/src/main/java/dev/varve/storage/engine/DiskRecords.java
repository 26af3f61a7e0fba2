package dev.varve.storage.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.BlockSeal;
import dev.varve.storage.record.LogSlice;
import dev.varve.storage.record.ResultSlice;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TransactionSlice;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Reads the disk tier by memory's keys. Threads: one at a time. */
final class DiskRecords {
  private static final int SLICE_AT = 10;

  private final DiskTier disk;
  private final RecordEncoder encoder = new RecordEncoder();

  DiskRecords(DiskTier disk) {
    this.disk = disk;
  }

  /** The lowest height that can be there. */
  long floor() {
    return Math.max(1, disk.chainFloor());
  }

  Optional<BlockRecord> block(long height) {
    return disk.block(height);
  }

  /** What the tier holds under a typed key of a type that memory keeps, as memory would have it. */
  Optional<StoredRecord> read(byte[] typedKey) {
    RecordType type = StoredRecord.typeOf(typedKey);
    if (type == RecordType.STATE) {
      ByteString key = ByteString.copyFrom(typedKey, 1, typedKey.length - 1);
      return disk.state(key).map(state -> encoder.state(key, state.getHeight(), state.getValue()));
    }
    long height = heightOf(typedKey);
    if (type == RecordType.SEAL) {
      return disk.seal(height).map(seal -> encoder.message(type, Keys.height(height), seal));
    }
    int slice = ByteBuffer.wrap(typedKey).getInt(SLICE_AT);
    return switch (type) {
      case BLOCK ->
          disk.block(height)
              .map(block -> encoder.message(type, Keys.chain(height, type, 0), block));
      case TRANSACTION ->
          unlessEmpty(
              disk.transactions(height, slice),
              items -> encoder.transactions(height, slice, items));
      case RESULT ->
          unlessEmpty(
              disk.results(height, slice), items -> encoder.slice(type, height, slice, items));
      case LOG ->
          unlessEmpty(disk.logs(height, slice), items -> encoder.slice(type, height, slice, items));
      default -> throw new IllegalArgumentException("memory keeps no " + type + " records");
    };
  }

  /**
   * Whether the tier should hold a record of this block: what was deleted has nothing below it, and
   * a seal may be lost.
   */
  boolean keepsBlockOf(byte[] typedKey) {
    if (StoredRecord.typeOf(typedKey) == RecordType.SEAL) {
      return false;
    }
    long height = heightOf(typedKey);
    return disk.block(height).isPresent() || disk.block(height - 1).isPresent();
  }

  private static long heightOf(byte[] typedKey) {
    return ByteBuffer.wrap(typedKey).getLong(1);
  }

  private static <T> Optional<StoredRecord> unlessEmpty(
      List<T> items, Function<List<T>, StoredRecord> encode) {
    return items.isEmpty() ? Optional.empty() : Optional.of(encode.apply(items));
  }

  /** What parses the values of a type that memory keeps. */
  static Parser<? extends MessageLite> parser(RecordType type) {
    return switch (type) {
      case BLOCK -> BlockRecord.parser();
      case TRANSACTION -> TransactionSlice.parser();
      case RESULT -> ResultSlice.parser();
      case LOG -> LogSlice.parser();
      case STATE -> StateRecord.parser();
      case SEAL -> BlockSeal.parser();
      default -> throw new IllegalArgumentException("memory keeps no " + type + " records");
    };
  }
}
