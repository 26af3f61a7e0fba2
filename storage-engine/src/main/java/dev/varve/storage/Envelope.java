package dev.varve.storage;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * Opens the checked envelope that every stored value lies in; {@link RecordBuffer} writes it.
 *
 * <p>Layout and checksum cover are drawn in the package description. Errors: {@link
 * StorageException.Corruption} that names the record's type and key; never wrong data. Threads:
 * any.
 */
public final class Envelope {
  /** The only version there is. */
  public static final byte VERSION = 1;

  /** Version and checksum, in front of the payload. */
  public static final int HEADER_BYTES = 5;

  private Envelope() {}

  /** The payload of {@code stored}, checked; shares its bytes, which must not change. */
  public static ByteString open(RecordType type, byte[] key, byte[] stored) {
    return open(type, key, 0, key.length, stored);
  }

  /** As {@link #open(RecordType, byte[], byte[])}, parsed. */
  public static <M extends MessageLite> M open(
      RecordType type, byte[] key, byte[] stored, Parser<M> parser) {
    return parse(type, key, 0, open(type, key, stored), parser);
  }

  /** Opens a value kept under {@link Keys#typed}. */
  public static <M extends MessageLite> M openTyped(
      RecordType type, byte[] typedKey, byte[] stored, Parser<M> parser) {
    ByteString payload = open(type, typedKey, 1, typedKey.length - 1, stored);
    return parse(type, typedKey, 1, payload, parser);
  }

  private static ByteString open(
      RecordType type, byte[] key, int keyOffset, int keyBytes, byte[] stored) {
    if (stored.length < HEADER_BYTES) {
      throw corrupt(
          type, key, keyOffset, "has " + stored.length + " bytes, fewer than its header", null);
    }
    if (stored[0] != VERSION) {
      throw corrupt(
          type,
          key,
          keyOffset,
          "has version " + (stored[0] & 0xff) + ", known is " + VERSION,
          null);
    }
    CRC32C crc = new CRC32C();
    crc.update(type.code());
    crc.update(key, keyOffset, keyBytes);
    crc.update(stored, HEADER_BYTES, stored.length - HEADER_BYTES);
    int expected = (int) crc.getValue();
    int found =
        (stored[1] << 24)
            | ((stored[2] & 0xff) << 16)
            | ((stored[3] & 0xff) << 8)
            | (stored[4] & 0xff);
    if (expected != found) {
      throw corrupt(
          type,
          key,
          keyOffset,
          String.format("has checksum %08x, its bytes give %08x", found, expected),
          null);
    }
    return UnsafeByteOperations.unsafeWrap(stored, HEADER_BYTES, stored.length - HEADER_BYTES);
  }

  private static <M extends MessageLite> M parse(
      RecordType type, byte[] key, int keyOffset, ByteString payload, Parser<M> parser) {
    try {
      return parser.parseFrom(payload);
    } catch (InvalidProtocolBufferException e) {
      throw corrupt(type, key, keyOffset, "does not parse: " + e.getMessage(), e);
    }
  }

  private static StorageException.Corruption corrupt(
      RecordType type, byte[] key, int keyOffset, String what, Throwable cause) {
    String hex = HexFormat.of().formatHex(key, keyOffset, key.length);
    return new StorageException.Corruption(type + " record " + hex + " " + what, cause);
  }
}
