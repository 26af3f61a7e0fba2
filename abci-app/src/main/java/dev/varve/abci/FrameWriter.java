package dev.varve.abci;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * Serialises frames into one buffer and pushes it out when asked, or when the next frame does not
 * fit. A blocked peer blocks the caller; nothing piles up behind it. One thread.
 */
final class FrameWriter {
  static final int INITIAL_BYTES = 64 << 10;
  static final int RETAINED_BYTES = 4 << 20;

  /** Bounds the native buffer that the JDK keeps per thread to copy a write through. */
  private static final int WRITE_BYTES = 256 << 10;

  private final WritableByteChannel out;
  private byte[] buffer = new byte[INITIAL_BYTES];
  private int end;

  FrameWriter(WritableByteChannel out) {
    this.out = out;
  }

  void write(MessageLite message) throws IOException {
    int bodyBytes = message.getSerializedSize();
    int frameBytes = CodedOutputStream.computeUInt32SizeNoTag(bodyBytes) + bodyBytes;
    if (buffer.length - end < frameBytes) {
      flush();
      if (buffer.length < frameBytes) {
        buffer = new byte[Math.max(frameBytes, 2 * buffer.length)];
      }
    }
    CodedOutputStream coded = CodedOutputStream.newInstance(buffer, end, frameBytes);
    coded.writeUInt32NoTag(bodyBytes);
    message.writeTo(coded);
    coded.checkNoSpaceLeft();
    end += frameBytes;
  }

  void flush() throws IOException {
    for (int start = 0; start < end; ) {
      start += out.write(ByteBuffer.wrap(buffer, start, Math.min(end - start, WRITE_BYTES)));
    }
    end = 0;
    if (buffer.length > RETAINED_BYTES) {
      buffer = new byte[INITIAL_BYTES];
    }
  }

  int capacityBytes() {
    return buffer.length;
  }
}
