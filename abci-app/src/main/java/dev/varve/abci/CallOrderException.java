package dev.varve.abci;

/**
 * A consensus call that does not come when the protocol has it: nothing was changed, the caller's
 * connection is closed, the application goes on.
 */
public final class CallOrderException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  public CallOrderException(String message) {
    super(message);
  }
}
