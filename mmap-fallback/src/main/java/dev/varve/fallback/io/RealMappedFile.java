package dev.varve.fallback.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A map beside a channel that forces it.
 *
 * <p>The channel is an asynchronous one because its force runs in the calling thread and, unlike a
 * {@code FileChannel}'s, does not close the file when that thread is interrupted. It stays open
 * from before the first write on: the system reports a failed write-back to descriptors that were
 * open then. On Linux its {@code fdatasync} covers pages changed through a map; elsewhere the map
 * is forced as well.
 */
final class RealMappedFile implements MappedFile {
  private final Path file;
  private final MappedByteBuffer map;
  private final ByteBuffer bytes;
  private final AsynchronousFileChannel channel;
  private final boolean channelForcesMap;
  private final Unmapper unmapper;
  private final AtomicLong forces;
  private final AtomicBoolean closed = new AtomicBoolean();

  RealMappedFile(
      Path file,
      MappedByteBuffer map,
      AsynchronousFileChannel channel,
      boolean channelForcesMap,
      Unmapper unmapper,
      AtomicLong forces) {
    this.file = file;
    this.map = map;
    this.bytes = map.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    this.channel = channel;
    this.channelForcesMap = channelForcesMap;
    this.unmapper = unmapper;
    this.forces = forces;
  }

  @Override
  public Path file() {
    return file;
  }

  @Override
  public ByteBuffer bytes() {
    return bytes;
  }

  @Override
  public void force(int offset, int length) throws IOException {
    forces.incrementAndGet();
    if (!channelForcesMap) {
      map.force(offset, length);
    }
    try {
      channel.force(false);
    } catch (IOException e) {
      throw new IOException(file + " cannot be forced: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw new IllegalStateException(file + " cannot be closed", e);
    } finally {
      unmapper.unmap(map);
    }
  }
}
