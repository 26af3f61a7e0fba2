package dev.varve.node;

/** Why a node cannot start or go on, in one sentence an operator can act on. */
public sealed class NodeException extends RuntimeException permits ConfigException {
  private static final long serialVersionUID = 1L;

  /** Without a cause worth a look. */
  public NodeException(String message) {
    super(message);
  }

  /** With the fault underneath, for the log. */
  public NodeException(String message, Throwable cause) {
    super(message, cause);
  }
}
