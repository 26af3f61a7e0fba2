package dev.varve.storage.disk.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The column families; the order is that of their handles. */
enum ColumnFamily {
  META(0, "default"),
  CHAIN(1, "chain"),
  INDEX(2, "index"),
  STATE(3, "state"),
  COMMITMENT(4, "commitment");

  private final int slot;
  private final String label;

  ColumnFamily(int slot, String label) {
    this.slot = slot;
    this.label = label;
  }

  /** Place in the list of handles. */
  int slot() {
    return slot;
  }

  byte[] nameBytes() {
    return label.getBytes(UTF_8);
  }
}
