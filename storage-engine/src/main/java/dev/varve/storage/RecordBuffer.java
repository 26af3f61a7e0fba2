package dev.varve.storage;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Encodes keys and checked values into one growing byte array that is used again and again.
 *
 * <p>A value is written in three steps, since its length may have to stand in front of it: ask its
 * size, {@link #beginValue}, write the payload, {@link #endValue}. Threads: one at a time.
 */
public final class RecordBuffer {
  private static final int MAX_BYTES = 1 << 30;

  private final CRC32C crc = new CRC32C();
  private byte[] bytes;
  private int position;

  public RecordBuffer(int initialBytes) {
    bytes = new byte[initialBytes];
  }

  /** Starts anew; what was returned before stays as it is. */
  public void reset() {
    position = 0;
  }

  /** Leaves room to be filled in later. */
  public void skip(int count) {
    ensure(count);
    position += count;
  }

  /** Puts bytes in front of those from {@code before} on; returns where they begin. */
  public int putBefore(int before, RecordBuffer front) {
    int shift = Math.max(0, front.position - before);
    if (shift > 0) {
      ensure(shift);
      System.arraycopy(bytes, before, bytes, before + shift, position - before);
      position += shift;
    }
    int begin = before + shift - front.position;
    System.arraycopy(front.bytes, 0, bytes, begin, front.position);
    return begin;
  }

  /** Bytes written so far. */
  public int position() {
    return position;
  }

  /** A copy of what was written from {@code from} to {@code to}. */
  public byte[] copy(int from, int to) {
    return Arrays.copyOfRange(bytes, from, to);
  }

  /** What was written, from 0 to {@link #position}: not a copy, and void at the next write. */
  public byte[] array() {
    return bytes;
  }

  /** CRC32C of what was written since {@code from}. */
  public int checksum(int from) {
    crc.reset();
    crc.update(bytes, from, position - from);
    return (int) crc.getValue();
  }

  public void writeByte(int value) {
    ensure(1);
    bytes[position++] = (byte) value;
  }

  /** Over bytes that were written before. */
  public void setInt(int at, int value) {
    Keys.putInt(bytes, at, value);
  }

  /** Little-endian, over bytes that were written before. */
  public void setIntLittleEndian(int at, int value) {
    setInt(at, Integer.reverseBytes(value));
  }

  public void writeLong(long value) {
    ensure(8);
    Keys.putLong(bytes, position, value);
    position += 8;
  }

  public void writeInt(int value) {
    ensure(4);
    Keys.putInt(bytes, position, value);
    position += 4;
  }

  /** Unsigned LEB128, as in protobuf. */
  public void writeVarint(long value) {
    ensure(10);
    long left = value;
    while ((left & ~0x7fL) != 0) {
      bytes[position++] = (byte) (left | 0x80);
      left >>>= 7;
    }
    bytes[position++] = (byte) left;
  }

  public void writeBytes(byte[] source) {
    ensure(source.length);
    System.arraycopy(source, 0, bytes, position, source.length);
    position += source.length;
  }

  public void writeBytes(ByteString source) {
    ensure(source.size());
    source.copyTo(bytes, position);
    position += source.size();
  }

  /** A message without its length. */
  public void writeMessage(MessageLite message) {
    int size = message.getSerializedSize();
    ensure(size);
    CodedOutputStream out = CodedOutputStream.newInstance(bytes, position, size);
    try {
      message.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException("message larger than its own size", e);
    }
    position += size;
  }

  /** Opens an envelope; returns its place, for {@link #endValue}. */
  public int beginValue() {
    ensure(Envelope.HEADER_BYTES);
    int at = position;
    bytes[at] = Envelope.VERSION;
    position += Envelope.HEADER_BYTES;
    return at;
  }

  /** Closes the envelope begun at {@code valueAt}, over a key that stands in this buffer too. */
  public void endValue(RecordType type, int keyAt, int keyBytes, int valueAt) {
    int payloadAt = valueAt + Envelope.HEADER_BYTES;
    crc.reset();
    crc.update(type.code());
    crc.update(bytes, keyAt, keyBytes);
    crc.update(bytes, payloadAt, position - payloadAt);
    Keys.putInt(bytes, valueAt + 1, (int) crc.getValue());
  }

  /** Size of a {@code TransactionSlice}. */
  public static int byteStringsSize(List<ByteString> items) {
    int size = 0;
    for (ByteString item : items) {
      size += fieldSize(item.size());
    }
    return size;
  }

  /** Writes a {@code TransactionSlice}: field 1, repeated bytes. */
  public void writeByteStrings(List<ByteString> items) {
    for (ByteString item : items) {
      writeByte(0x0a);
      writeVarint(item.size());
      writeBytes(item);
    }
  }

  /** Size of a {@code ResultSlice} or {@code LogSlice}. */
  public static int messagesSize(List<? extends MessageLite> items) {
    int size = 0;
    for (MessageLite item : items) {
      size += fieldSize(item.getSerializedSize());
    }
    return size;
  }

  /** Writes a {@code ResultSlice} or {@code LogSlice}: field 1, repeated message. */
  public void writeMessages(List<? extends MessageLite> items) {
    int size = messagesSize(items);
    ensure(size);
    CodedOutputStream out = CodedOutputStream.newInstance(bytes, position, size);
    try {
      for (MessageLite item : items) {
        out.writeMessage(1, item);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("messages larger than their own size", e);
    }
    position += size;
  }

  /** Size of a {@code TxLocation}. */
  public static int locationSize(long height, int index, boolean success) {
    return varintFieldSize(height) + varintFieldSize(index) + (success ? 2 : 0);
  }

  /** Writes a {@code TxLocation}. */
  public void writeLocation(long height, int index, boolean success) {
    writeVarintField(0x08, height);
    writeVarintField(0x10, index);
    writeVarintField(0x18, success ? 1 : 0);
  }

  /** Size of a {@code StateRecord}. */
  public static int stateSize(long height, ByteString value) {
    return varintFieldSize(height) + (value.isEmpty() ? 0 : fieldSize(value.size()));
  }

  /** Writes a {@code StateRecord}. */
  public void writeState(long height, ByteString value) {
    writeVarintField(0x08, height);
    if (!value.isEmpty()) {
      writeByte(0x12);
      writeVarint(value.size());
      writeBytes(value);
    }
  }

  private void writeVarintField(int tag, long value) {
    if (value != 0) {
      writeByte(tag);
      writeVarint(value);
    }
  }

  private static int varintFieldSize(long value) {
    return value == 0 ? 0 : 1 + CodedOutputStream.computeUInt64SizeNoTag(value);
  }

  private static int fieldSize(int length) {
    return 1 + CodedOutputStream.computeUInt32SizeNoTag(length) + length;
  }

  private void ensure(int more) {
    if (bytes.length - position >= more) {
      return;
    }
    long needed = (long) position + more;
    if (needed > MAX_BYTES) {
      throw new IllegalArgumentException(
          "records of " + needed + " bytes in one write, allowed are " + MAX_BYTES);
    }
    bytes = Arrays.copyOf(bytes, (int) Math.min(MAX_BYTES, Math.max(needed, 2L * bytes.length)));
  }
}
