package dev.varve.bench.abci;

/** The run cannot go on: the message says why, in one sentence for the user. */
final class BenchException extends Exception {
  private static final long serialVersionUID = 1L;

  BenchException(String message) {
    super(message);
  }

  BenchException(String message, Throwable cause) {
    super(message, cause);
  }
}
