package dev.varve.gateway.http;

/** Why a server could not start. */
public final class GatewayServerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  GatewayServerException(String message, Throwable cause) {
    super(message, cause);
  }
}
