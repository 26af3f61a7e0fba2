package dev.varve.storage.disk.sql;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordBuffer;
import dev.varve.storage.RecordType;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.BlockSeal;
import dev.varve.storage.record.TxLocation;
import java.util.zip.CRC32C;

/** The checksums of rows, as the package description has them. Threads: one at a time. */
final class Checksums {
  private final CRC32C crc = new CRC32C();
  private final RecordBuffer buffer = new RecordBuffer(1 << 10);

  int block(BlockRecord block) {
    return of(RecordType.BLOCK, Keys.chain(block.getHeight(), RecordType.BLOCK, 0), block);
  }

  int seal(long height, BlockSeal seal) {
    return of(RecordType.SEAL, Keys.height(height), seal);
  }

  int transaction(long height, int index, ByteString tx) {
    byte[] key = Keys.chain(height, RecordType.TRANSACTION, index);
    return of(RecordType.TRANSACTION, key, tx);
  }

  /** Of a result or a log. */
  int ofTransaction(RecordType type, long height, int index, MessageLite message) {
    return of(type, Keys.chain(height, type, index), message);
  }

  int location(ByteString hash, TxLocation at) {
    return location(hash, at.getHeight(), at.getIndex(), at.getSuccess());
  }

  int location(ByteString hash, long height, int index, boolean success) {
    buffer.reset();
    buffer.writeLocation(height, index, success);
    return ofBuffer(RecordType.INDEX, hash.toByteArray());
  }

  int state(byte[] key, long height, ByteString value) {
    buffer.reset();
    buffer.writeState(height, value);
    return ofBuffer(RecordType.STATE, key);
  }

  int stateDeletion(byte[] key) {
    return ~of(RecordType.STATE, key, ByteString.EMPTY);
  }

  int interval(byte[] key, long from, long until, ByteString value) {
    buffer.reset();
    buffer.writeState(from, value);
    return ofBuffer(RecordType.UNDO, Keys.undo(until, key));
  }

  int history(long height, ByteString history) {
    return of(RecordType.HISTORY, Keys.height(height), history);
  }

  int commitment(long height, ByteString delta) {
    return of(RecordType.COMMITMENT, Keys.height(height), delta);
  }

  int meta(String name, ByteString value) {
    return of(RecordType.META, name.getBytes(UTF_8), value);
  }

  int marker(AppliedHeight marker) {
    byte[] key = Keys.chain(marker.getHeight(), RecordType.MARKER, 0);
    return of(RecordType.MARKER, key, marker);
  }

  private int of(RecordType type, byte[] key, MessageLite message) {
    buffer.reset();
    buffer.writeMessage(message);
    return ofBuffer(type, key);
  }

  private int of(RecordType type, byte[] key, ByteString payload) {
    buffer.reset();
    buffer.writeBytes(payload);
    return ofBuffer(type, key);
  }

  private int ofBuffer(RecordType type, byte[] key) {
    crc.reset();
    crc.update(type.code());
    crc.update(key);
    crc.update(buffer.array(), 0, buffer.position());
    return (int) crc.getValue();
  }
}
