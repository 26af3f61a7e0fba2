package dev.varve.gateway;

import com.google.protobuf.ByteString;
import java.util.Objects;

/**
 * A transaction to accept.
 *
 * @param ordered whether it waits for earlier ordered tasks that write a key in common
 * @param idempotencyKey another submission with it is the same task; empty for none
 * @param joinPending whether bytes that are pending already are the same task, as over JSON-RPC
 */
public record Submission(
    ByteString tx, boolean ordered, String idempotencyKey, boolean joinPending) {
  public Submission {
    Objects.requireNonNull(tx, "tx");
    Objects.requireNonNull(idempotencyKey, "idempotencyKey");
  }
}
