package dev.varve.sharding;

/** A database that was made for another layout than cluster.yaml says; nothing was changed. */
public final class LayoutException extends SchemaException {
  private static final long serialVersionUID = 1L;

  LayoutException(String message) {
    super(message, null);
  }
}
