package dev.varve.storage.engine;

import com.google.protobuf.AbstractParser;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.google.protobuf.WireFormat;
import java.io.IOException;

/**
 * Parses one element of a slice and passes over the others: a read by position wants one of 64.
 * Gives a slice with that element alone, or an empty one past the end. Threads: any.
 */
final class SliceElement<M extends MessageLite> extends AbstractParser<M> {
  // The elements are every slice's only field.
  private static final int TAG = 1 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;

  private final Parser<M> slice;
  private final int index;

  SliceElement(Parser<M> slice, int index) {
    this.slice = slice;
    this.index = index;
  }

  @Override
  public M parsePartialFrom(ByteString data, ExtensionRegistryLite extensions)
      throws InvalidProtocolBufferException {
    CodedInputStream in = data.newCodedInput();
    try {
      int from = 0;
      int passed = 0;
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        in.skipField(tag);
        int to = in.getTotalBytesRead();
        if (tag == TAG && passed++ == index) {
          return slice.parsePartialFrom(data.substring(from, to), extensions);
        }
        from = to;
      }
    } catch (InvalidProtocolBufferException e) {
      throw e;
    } catch (IOException e) {
      throw new InvalidProtocolBufferException(e);
    }
    return slice.parsePartialFrom(ByteString.EMPTY, extensions);
  }

  @Override
  public M parsePartialFrom(CodedInputStream in, ExtensionRegistryLite extensions) {
    throw new UnsupportedOperationException("records are parsed from bytes");
  }
}
