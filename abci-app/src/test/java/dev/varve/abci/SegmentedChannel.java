package dev.varve.abci;

import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** Gives a stream out in segments of at most a given size, as a network may. */
final class SegmentedChannel implements ReadableByteChannel {
  private final ByteBuffer source;
  private final int segmentBytes;

  SegmentedChannel(byte[] bytes, int segmentBytes) {
    this.source = ByteBuffer.wrap(bytes);
    this.segmentBytes = segmentBytes;
  }

  @Override
  public int read(ByteBuffer target) {
    if (!source.hasRemaining()) {
      return -1;
    }
    int count = Math.min(segmentBytes, Math.min(source.remaining(), target.remaining()));
    target.put(source.slice(source.position(), count));
    source.position(source.position() + count);
    return count;
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {}
}
