package dev.varve.storage;

import com.google.protobuf.ByteString;
import java.util.Objects;

/**
 * One change of the state: a put, or a delete where {@code value} is null.
 *
 * @param key 1 byte of name space, then the key as the ledger knows it
 * @param value the new value, or null to delete the key
 * @param height the block that writes it; genesis state has the height before the first block's
 */
public record StateWrite(ByteString key, ByteString value, long height) {
  public StateWrite {
    Objects.requireNonNull(key, "key");
  }

  /** Whether this removes the key. */
  public boolean isDelete() {
    return value == null;
  }
}
