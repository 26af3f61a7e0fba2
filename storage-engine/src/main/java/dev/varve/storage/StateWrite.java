package dev.varve.storage;

import com.google.protobuf.ByteString;
import dev.varve.storage.record.StateRecord;
import java.util.Objects;

/**
 * One change of the state: a put, or a delete where {@code value} is null.
 *
 * @param key 1 byte of name space, then the key as the ledger knows it
 * @param value the new value, or null to delete the key
 * @param height the block that writes it; genesis state has the height before the first block's
 * @param fresh whether the key is known to have no value before the block, which spares a store
 *     from reading it; where that is not known, false
 */
public record StateWrite(ByteString key, ByteString value, long height, boolean fresh) {
  public StateWrite {
    Objects.requireNonNull(key, "key");
  }

  /** A change of a key of which is not known whether it has a value. */
  public StateWrite(ByteString key, ByteString value, long height) {
    this(key, value, height, false);
  }

  /** The same change, of a key known to have no value before the block. */
  public StateWrite asFresh() {
    return new StateWrite(key, value, height, true);
  }

  /** What the key holds after it; not of a delete. */
  public StateRecord record() {
    return StateRecord.newBuilder().setHeight(height).setValue(value).build();
  }

  /** Whether this removes the key. */
  public boolean isDelete() {
    return value == null;
  }
}
