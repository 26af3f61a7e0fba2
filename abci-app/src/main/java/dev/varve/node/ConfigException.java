package dev.varve.node;

/** A mistake in the configuration; the message names file and line, key, value, what is allowed. */
public final class ConfigException extends NodeException {
  private static final long serialVersionUID = 1L;

  ConfigException(String message) {
    super(message);
  }
}
