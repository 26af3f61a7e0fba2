package dev.varve.fallback.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A map, forced by range. Unlike a {@code FileChannel}'s, its force neither notices an interrupt of
 * the calling thread nor closes anything for it.
 */
final class RealMappedFile implements MappedFile {
  private final Path file;
  private final MappedByteBuffer map;
  private final ByteBuffer bytes;
  private final Unmapper unmapper;
  private final AtomicLong forces;
  private final AtomicBoolean closed = new AtomicBoolean();

  RealMappedFile(Path file, MappedByteBuffer map, Unmapper unmapper, AtomicLong forces) {
    this.file = file;
    this.map = map;
    this.bytes = map.duplicate().order(ByteOrder.LITTLE_ENDIAN);
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
    try {
      map.force(offset, length);
    } catch (UncheckedIOException e) {
      throw new IOException(file + " cannot be forced: " + e.getCause().getMessage(), e);
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      unmapper.unmap(map);
    }
  }
}
