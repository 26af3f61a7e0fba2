package dev.varve.abci;

/** The server could not start; the message is one sentence that names the address and the cause. */
public final class AbciServerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  AbciServerException(String message, Throwable cause) {
    super(message, cause);
  }
}
