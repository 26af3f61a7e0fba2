package dev.varve.ledger;

/** The codes of CheckTx and of transaction results, in codespace {@code varve}. */
enum Code {
  OK(0),
  UNDECODABLE(1),
  EXPIRED(2),
  REPLAYED(3),
  TOO_FAR_AHEAD(4),
  /** CheckTx alone: a store that does not answer must not decide about a block. */
  STORAGE_UNAVAILABLE(5),
  /** InsertTx alone. */
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
