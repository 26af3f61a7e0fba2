package dev.varve.ledger;

/** A query that has no answer; its message becomes the response's log. */
final class QueryException extends Exception {
  private static final long serialVersionUID = 1L;

  private final QueryCode code;

  QueryException(QueryCode code, String log) {
    super(log, null, false, false);
    this.code = code;
  }

  QueryCode code() {
    return code;
  }
}
