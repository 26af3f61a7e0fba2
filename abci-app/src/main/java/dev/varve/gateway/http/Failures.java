package dev.varve.gateway.http;

import dev.varve.gateway.UplinkException;
import dev.varve.storage.StorageException;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What failures are called towards clients; what nobody foresaw is logged here, once. */
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private Failures() {}

  static Throwable unwrap(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  static RpcException toRpc(Throwable failure) {
    Throwable cause = unwrap(failure);
    if (cause instanceof RpcException rpc) {
      return rpc;
    }
    if (cause instanceof UplinkException.Busy) {
      return RpcException.busy(cause.getMessage());
    }
    if (cause instanceof UplinkException.Unavailable
        || cause instanceof StorageException.Unavailable
        || cause instanceof StorageException.DiskFull) {
      return RpcException.internal("unavailable: " + cause.getMessage());
    }
    if (cause instanceof UplinkException || cause instanceof StorageException.Pruned) {
      return RpcException.internal(cause.getMessage());
    }
    LOG.error("a request failed", cause);
    return RpcException.internal("the gateway failed: " + cause.getMessage());
  }
}
