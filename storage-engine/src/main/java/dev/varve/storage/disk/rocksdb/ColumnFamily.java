package dev.varve.storage.disk.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.varve.storage.RecordType;

/** The column families; the order is that of their handles. */
enum ColumnFamily {
  META(0, "default"),
  CHAIN(1, "chain"),
  INDEX(2, "index"),
  STATE(3, "state"),
  COMMITMENT(4, "commitment"),
  HISTORY(5, "history"),
  DELETION(6, "deletion");

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
