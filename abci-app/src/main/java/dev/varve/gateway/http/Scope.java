package dev.varve.gateway.http;

/** What the bearer of a token may do. */
public enum Scope {
  /** Ask, and subscribe. */
  READ("read"),
  /** Send transactions. */
  WRITE("write"),
  /** Everything, also to mend the failed list and what the node calls unsafe. */
  ADMIN("admin");

  private final String word;

  Scope(String word) {
    this.word = word;
  }

  /** As it stands in token files and messages. */
  public String word() {
    return word;
  }
}
