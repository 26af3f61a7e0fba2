package dev.varve.testnet;

/** A JSON-RPC error that the node answered; the message is the node's own text. */
public final class CometRpcException extends TestnetException {
  private static final long serialVersionUID = 1L;

  private final int code;

  CometRpcException(String message, int code) {
    super(message);
    this.code = code;
  }

  /** The JSON-RPC error code. */
  public int code() {
    return code;
  }
}
