package dev.varve.ledger;

/** The codes of CheckTx and of transaction results, in codespace {@code varve}. */
enum Code {
  OK(0),
  UNDECODABLE(1),
  EXPIRED(2),
  REPLAYED(3),
  TOO_FAR_AHEAD(4),
  /** InsertTx alone; 5 was given by CheckTx when it asked a store, and is not given again. */
  NO_APPLICATION_MEMPOOL(6);

  static final String CODESPACE = "varve";

  private final int number;

  Code(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
