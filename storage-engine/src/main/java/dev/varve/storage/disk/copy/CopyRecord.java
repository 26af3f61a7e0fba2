package dev.varve.storage.disk.copy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;

/** One record, in the form that all stores share. */
public record CopyRecord(RecordType type, ByteString key, ByteString payload) {
  /** With a key of {@link Keys}. */
  public static CopyRecord of(RecordType type, byte[] key, MessageLite message) {
    return new CopyRecord(type, ByteString.copyFrom(key), message.toByteString());
  }

  /** The height that the key begins with, where it begins with one. */
  public long height() {
    return Keys.heightOf(key.toByteArray());
  }

  /** The payload as a message. */
  public <M extends MessageLite> M parse(Parser<M> parser) {
    try {
      return parser.parseFrom(payload);
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException.Corruption(type + " record does not parse: " + e.getMessage(), e);
    }
  }
}
