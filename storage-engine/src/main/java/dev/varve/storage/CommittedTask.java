package dev.varve.storage;

import com.google.protobuf.ByteString;
import java.util.Objects;

/**
 * What is remembered of a task in a block, so that its idempotency key is answered again.
 *
 * @param code that of its execution
 * @param committedMs milliseconds since 1970
 */
public record CommittedTask(
    long id,
    ByteString hash,
    String idempotencyKey,
    long height,
    int index,
    int code,
    long committedMs) {
  public CommittedTask {
    Objects.requireNonNull(hash, "hash");
    Objects.requireNonNull(idempotencyKey, "idempotencyKey");
  }
}
