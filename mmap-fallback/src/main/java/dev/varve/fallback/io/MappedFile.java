package dev.varve.fallback.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A file mapped whole.
 *
 * <p>Threads: as many readers as like, one writer a byte; {@link #force} by any. Whoever closes it
 * sees to it that nobody reads or writes the buffer any more: the access would end the process.
 */
public interface MappedFile extends AutoCloseable {
  /** The file as it was named when it was mapped. */
  Path file();

  /**
   * The map, little-endian. Shared: use absolute positions or a duplicate. Bytes put here are the
   * operating system's at once and outlive the process, but not the machine before {@link #force}.
   */
  ByteBuffer bytes();

  /**
   * Forces at least these bytes to disk. After an error nothing is known about any byte that was
   * not forced before, and a later success does not change that: the system drops the pages, unless
   * they are written anew.
   */
  void force(int offset, int length) throws IOException;

  /** Writes these bytes anew, each as it is, so that the next force takes their pages. */
  void rewrite(int offset, int length);

  /** Unmaps the file at once, so that the space of a deleted one is free. */
  @Override
  void close();
}
