package dev.varve.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what a node appends to its log and tells its consensus failure: the node logs it, then
 * stands still with a living process. One thread, ended by {@link #close}.
 */
final class ConsensusWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ConsensusWatch.class);
  private static final String MARK = "CONSENSUS FAILURE!!!";
  private static final long POLL_MS = 500;
  private static final int CHUNK_BYTES = 64 * 1024;
  private static final int CHUNKS_PER_POLL = 64;
  private static final int LINE_BYTES = 8 * 1024;

  /** What a line has after the message, as text or JSON: the stack of the failed routine. */
  private static final String STACK = "[,\\s]*\"?stack\"?[=:](?s:.*)";

  private final Path file;
  private final CompletableFuture<String> failure = new CompletableFuture<>();
  private final Thread thread = new Thread(this::run, "consensus-watch");
  private long position;
  private String seen = "";
  private boolean readable = true;

  private ConsensusWatch(Path file, long position) {
    this.file = file;
    this.position = position;
  }

  /** Watches what is appended from now on; the file need not be there yet. */
  static ConsensusWatch start(Path file) {
    long size;
    try {
      size = Files.size(file);
    } catch (IOException e) {
      // There is none yet; one that cannot be read is reported by the thread.
      size = 0;
    }
    ConsensusWatch watch = new ConsensusWatch(file, size);
    watch.thread.setDaemon(true);
    watch.thread.start();
    return watch;
  }

  /** Completes with the failure's line, without the stack. */
  CompletableFuture<String> failure() {
    return failure.copy();
  }

  private void run() {
    try {
      while (!failure.isDone()) {
        TimeUnit.MILLISECONDS.sleep(POLL_MS);
        look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() throws InterruptedException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      if (size < position) {
        position = 0;
        seen = "";
      }
      for (int i = 0; i < CHUNKS_PER_POLL && position < size; i++) {
        String text = seen + read(channel, position, CHUNK_BYTES);
        int at = text.indexOf(MARK);
        if (at >= 0) {
          // The rest of the line may still be on its way.
          TimeUnit.MILLISECONDS.sleep(POLL_MS);
          failure.complete(line(channel, position - seen.length() + at));
          return;
        }
        position += text.length() - seen.length();
        seen = text.substring(Math.max(0, text.length() - MARK.length() + 1));
      }
      readable = true;
    } catch (NoSuchFileException e) {
      position = 0;
      seen = "";
    } catch (IOException e) {
      if (readable) {
        log.warn("cannot read {}: a failure of the node's consensus goes unnoticed", file, e);
      }
      readable = false;
    }
  }

  private static String line(FileChannel channel, long start) throws IOException {
    byte[] bytes = read(channel, start, LINE_BYTES).getBytes(StandardCharsets.ISO_8859_1);
    String text = new String(bytes, StandardCharsets.UTF_8);
    return text.lines().findFirst().orElse(MARK).replaceFirst(STACK, "").strip();
  }

  /** A char for each byte. */
  private static String read(FileChannel channel, long start, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    channel.read(bytes, start);
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
