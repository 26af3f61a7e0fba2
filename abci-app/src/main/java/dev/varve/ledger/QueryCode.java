package dev.varve.ledger;

/** The codes of Query, in codespace {@code varve}. */
enum QueryCode {
  OK(0),
  BAD_REQUEST(1),
  NOT_FOUND(2),
  PRUNED(3),
  UNAVAILABLE(4),
  CORRUPT(5);

  private final int number;

  QueryCode(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
