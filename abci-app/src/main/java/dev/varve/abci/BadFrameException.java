package dev.varve.abci;

import java.io.IOException;

/** Bytes that are no ABCI stream; the message says what was found and what is allowed. */
final class BadFrameException extends IOException {
  private static final long serialVersionUID = 1L;

  BadFrameException(String message) {
    super(message);
  }

  BadFrameException(String message, Throwable cause) {
    super(message, cause);
  }
}
