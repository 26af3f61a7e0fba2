package dev.varve.storage.disk.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import java.util.Arrays;
import java.util.Optional;

/** The column families; the order is that of their handles. */
enum ColumnFamily {
  META(0, "default"),
  CHAIN(1, "chain"),
  INDEX(2, "index"),
  STATE(3, "state"),
  COMMITMENT(4, "commitment"),
  HISTORY(5, "history"),
  DELETION(6, "deletion"),
  SEAL(7, "seal");

  private final int slot;
  private final String label;

  ColumnFamily(int slot, String label) {
    this.slot = slot;
    this.label = label;
  }

  static ColumnFamily of(RecordType type) {
    return switch (type) {
      case BLOCK, TRANSACTION, RESULT, LOG, MARKER -> CHAIN;
      case INDEX -> INDEX;
      case STATE -> STATE;
      case META -> META;
      case COMMITMENT -> COMMITMENT;
      case UNDO, HISTORY -> HISTORY;
      case DELETION -> DELETION;
      case SEAL -> SEAL;
    };
  }

  /** How many a store of some format version has; later ones follow. */
  static int countOf(int version) {
    return switch (version) {
      case 1 -> HISTORY.slot;
      case 2, 3 -> SEAL.slot;
      default -> values().length;
    };
  }

  /** The type of the record under a key of the family, if it tells one. */
  Optional<RecordType> typeOf(byte[] key) {
    return switch (this) {
      case CHAIN ->
          key.length == Keys.CHAIN_BYTES
              ? RecordType.of(key[Long.BYTES]).filter(type -> of(type) == CHAIN)
              : Optional.empty();
      case HISTORY -> Optional.of(key.length == Long.BYTES ? RecordType.HISTORY : RecordType.UNDO);
      default -> Arrays.stream(RecordType.values()).filter(type -> of(type) == this).findFirst();
    };
  }

  /** Place in the list of handles. */
  int slot() {
    return slot;
  }

  String label() {
    return label;
  }

  byte[] nameBytes() {
    return label.getBytes(UTF_8);
  }
}
