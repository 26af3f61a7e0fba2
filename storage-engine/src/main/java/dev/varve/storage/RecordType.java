package dev.varve.storage;

import java.util.Arrays;
import java.util.Optional;

/** What a stored record is; its code stands in keys and under every checksum. */
public enum RecordType {
  BLOCK(1),
  TRANSACTION(2),
  RESULT(3),
  LOG(4),
  /** From a transaction's hash to its place. */
  INDEX(5),
  STATE(6),
  META(7),
  COMMITMENT(8),
  /** Up to 64 keys that a block changed, with what they had before. */
  UNDO(9),
  /** What else a block changed; says that its UNDO records are there. */
  HISTORY(10),
  /** The height of a key's last deletion. */
  DELETION(11),
  /** Header and commit of a block, which come after it. */
  SEAL(12),
  /** The applied-height marker. Highest code: it sorts last among the records of a height. */
  MARKER(15);

  private static final RecordType[] TYPES = values();

  private final byte code;

  RecordType(int code) {
    this.code = (byte) code;
  }

  /** The type of a code, if there is one. */
  public static Optional<RecordType> of(byte code) {
    return Arrays.stream(TYPES).filter(type -> type.code == code).findFirst();
  }

  /** One byte, never given to another type. */
  public byte code() {
    return code;
  }
}
