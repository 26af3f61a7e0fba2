package dev.varve.storage.disk.copy;

/** Records that are copied together; the package description says which, and in which order. */
public enum Section {
  CHAIN(0, "blocks"),
  INDEX(1, "index entries"),
  STATE(2, "keys of the state"),
  COMMITMENT(3, "commitments"),
  HISTORY(4, "blocks of history"),
  DELETION(5, "deletions"),
  META(6, "names");

  private final int place;
  private final String words;

  Section(int place, String words) {
    this.place = place;
    this.words = words;
  }

  /** Its place in the order of copying; stands in a copy's state. */
  int place() {
    return place;
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
