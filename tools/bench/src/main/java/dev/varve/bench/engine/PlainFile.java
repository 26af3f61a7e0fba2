package dev.varve.bench.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The baseline of whatever is forced: bytes appended to a plain file, and a force of its data. */
final class PlainFile implements AutoCloseable {
  private final FileChannel channel;

  PlainFile(Path file) throws IOException {
    this.channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.APPEND,
            StandardOpenOption.DELETE_ON_CLOSE);
  }

  /** Returns after how many nanoseconds the bytes were forced. */
  long append(ByteBuffer bytes) throws IOException {
    long start = System.nanoTime();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    channel.force(false);
    return System.nanoTime() - start;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
