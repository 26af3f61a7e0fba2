package dev.varve.gateway;

/** Where an answer came from. */
public enum Source {
  PENDING("pending"),
  COMMITTED("committed");

  private final String word;

  Source(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }
}
