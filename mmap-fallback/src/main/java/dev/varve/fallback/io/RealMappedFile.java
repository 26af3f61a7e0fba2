package dev.varve.fallback.io;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
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
  private static final int PAGE_BYTES = 4096;

  private static final VarHandle INT =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

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
  public void rewrite(int offset, int length) {
    int last = (bytes.capacity() - Integer.BYTES) & -Integer.BYTES;
    for (int at = offset & -PAGE_BYTES; at < offset + length; at += PAGE_BYTES) {
      // A plain store of what was just read is one that the compiler may leave out.
      INT.getAndBitwiseOr(bytes, Math.min(at, last), 0);
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      unmapper.unmap(map);
    }
  }
}
