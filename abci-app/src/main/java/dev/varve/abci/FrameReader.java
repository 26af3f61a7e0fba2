package dev.varve.abci;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;

/**
 * Cuts a byte stream into frames.
 *
 * <p>Invariant: {@code 0 <= pos <= end <= buffer.length}; the bytes from pos to end are read but
 * not yet given out. The buffer doubles only when it is full of bytes that have arrived, so a
 * length prefix alone reserves nothing; after a large frame it is given back. One thread.
 */
final class FrameReader {
  static final int INITIAL_BYTES = 64 << 10;
  static final int RETAINED_BYTES = 4 << 20;

  /** Bounds the native buffer that the JDK keeps per thread to copy a read through. */
  private static final int READ_BYTES = 256 << 10;

  private static final int MAX_VARINT_BYTES = 10;

  private final ReadableByteChannel in;
  private final int maxMessageBytes;
  private byte[] buffer = new byte[INITIAL_BYTES];
  private int pos;
  private int end;
  private int headerBytes;
  private int bodyBytes;
  private int frameOffset;
  private int frameLength;

  FrameReader(ReadableByteChannel in, int maxMessageBytes) {
    this.in = in;
    this.maxMessageBytes = maxMessageBytes;
  }

  /** Waits for the next whole frame; false when the stream ended behind the last one. */
  boolean next() throws IOException {
    while (!hasNext()) {
      int wanted = headerBytes > 0 ? headerBytes + bodyBytes : MAX_VARINT_BYTES;
      makeRoom(wanted);
      int room = Math.min(buffer.length - end, READ_BYTES);
      int count = in.read(ByteBuffer.wrap(buffer, end, room));
      if (count < 0) {
        checkNothingPending();
        return false;
      }
      end += count;
    }
    frameOffset = pos + headerBytes;
    frameLength = bodyBytes;
    pos = frameOffset + frameLength;
    return true;
  }

  /** Whether a whole frame behind the current one has arrived. */
  boolean hasNext() throws BadFrameException {
    return readHeader() && end - pos - headerBytes >= bodyBytes;
  }

  /** The array that holds the current frame's body; the next call of {@link #next} reuses it. */
  byte[] array() {
    return buffer;
  }

  int offset() {
    return frameOffset;
  }

  int length() {
    return frameLength;
  }

  int capacityBytes() {
    return buffer.length;
  }

  private boolean readHeader() throws BadFrameException {
    headerBytes = 0;
    long value = 0;
    for (int i = 0; i < MAX_VARINT_BYTES && pos + i < end; i++) {
      byte next = buffer[pos + i];
      if (i == MAX_VARINT_BYTES - 1 && (next < 0 || next > 1)) {
        throw new BadFrameException(
            "the length prefix is no unsigned varint of at most 64 bits in 10 bytes");
      }
      value |= (long) (next & 0x7F) << (7 * i);
      if (next >= 0) {
        if (value < 0 || value > maxMessageBytes) {
          throw new BadFrameException(
              "a message of "
                  + Long.toUnsignedString(value)
                  + " bytes was announced, allowed are "
                  + maxMessageBytes);
        }
        headerBytes = i + 1;
        bodyBytes = (int) value;
        return true;
      }
    }
    return false;
  }

  private void makeRoom(int wantedBytes) {
    int pending = end - pos;
    if (buffer.length > RETAINED_BYTES && wantedBytes <= INITIAL_BYTES) {
      byte[] small = new byte[INITIAL_BYTES];
      System.arraycopy(buffer, pos, small, 0, pending);
      moveTo(small, pending);
    } else if (pending == 0 || buffer.length - pos < wantedBytes) {
      System.arraycopy(buffer, pos, buffer, 0, pending);
      moveTo(buffer, pending);
    }
    if (end == buffer.length) {
      buffer = Arrays.copyOf(buffer, (int) Math.min(wantedBytes, 2L * buffer.length));
    }
  }

  private void moveTo(byte[] target, int pending) {
    buffer = target;
    pos = 0;
    end = pending;
  }

  private void checkNothingPending() throws BadFrameException {
    if (end > pos) {
      String whole = headerBytes > 0 ? headerBytes + bodyBytes + " bytes" : "unknown length";
      throw new BadFrameException(
          "the stream ended inside a frame, after " + (end - pos) + " bytes of " + whole);
    }
  }
}
