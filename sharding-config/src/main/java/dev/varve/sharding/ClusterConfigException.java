package dev.varve.sharding;

/** A mistake in cluster.yaml; the message names file and line, path, value, what is allowed. */
public final class ClusterConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ClusterConfigException(String message) {
    super(message);
  }
}
