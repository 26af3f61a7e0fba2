package dev.varve.storage.engine;

import dev.varve.storage.RecordType;
import java.util.HexFormat;

/** A record as the memory store has it: key with its type in front, value in its envelope. */
final class StoredRecord {
  private static final RecordType[] TYPES = RecordType.values();

  private final byte[] key;
  private final byte[] value;

  StoredRecord(byte[] key, byte[] value) {
    this.key = key;
    this.value = value;
  }

  byte[] key() {
    return key;
  }

  byte[] value() {
    return value;
  }

  long bytes() {
    return (long) key.length + value.length;
  }

  /** Of a key that was made by {@code Keys.typed}. */
  static RecordType typeOf(byte[] typedKey) {
    for (RecordType type : TYPES) {
      if (type.code() == typedKey[0]) {
        return type;
      }
    }
    throw new IllegalArgumentException("no record type has the code " + typedKey[0]);
  }

  /** Type and key, for people. */
  static String name(byte[] typedKey) {
    return typeOf(typedKey) + " record " + HexFormat.of().formatHex(typedKey, 1, typedKey.length);
  }

  /** The checksum that an envelope carries, for people. */
  static String checksum(byte[] value) {
    return value.length < 5 ? "none" : HexFormat.of().formatHex(value, 1, 5);
  }
}
