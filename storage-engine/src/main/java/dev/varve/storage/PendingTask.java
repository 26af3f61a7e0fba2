package dev.varve.storage;

import com.google.protobuf.ByteString;
import java.util.Objects;

/**
 * A transaction that was accepted and is not known to be in a block.
 *
 * @param id its place in the order of acceptance, from {@link PendingStore#nextId}
 * @param hash SHA-256 of its bytes
 * @param tx its bytes
 * @param ordered whether it waits for earlier ordered tasks with a key in common
 * @param idempotencyKey what the client called it, empty for nothing
 * @param acceptedMs milliseconds since 1970 at which it was accepted
 */
public record PendingTask(
    long id,
    ByteString hash,
    ByteString tx,
    boolean ordered,
    String idempotencyKey,
    long acceptedMs) {
  public PendingTask {
    Objects.requireNonNull(tx, "tx");
    Objects.requireNonNull(idempotencyKey, "idempotencyKey");
    if (hash.size() != 32) {
      throw new IllegalArgumentException("a hash has 32 bytes, this one " + hash.size());
    }
  }
}
