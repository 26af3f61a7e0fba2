package dev.varve.storage.disk.copy;

/** Records that are copied together; the package description says which, and in which order. */
public enum Section {
  CHAIN("blocks"),
  INDEX("index entries"),
  STATE("keys of the state"),
  COMMITMENT("commitments"),
  HISTORY("blocks of history"),
  DELETION("deletions"),
  META("names");

  private final String words;

  Section(String words) {
    this.words = words;
  }

  /** What its units are, for people. */
  public String words() {
    return words;
  }

  /** Whether a unit is all that a height has. */
  boolean isByHeight() {
    return this == CHAIN || this == HISTORY;
  }
}
