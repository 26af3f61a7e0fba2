package dev.varve.abci;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * Lets a peer read the last answers: closing a TCP socket that still has unread input resets it,
 * and a reset discards what was sent.
 */
final class LingeringClose {
  private static final Duration LIMIT = Duration.ofSeconds(1);
  private static final int DISCARD_BYTES = 16 << 10;

  private LingeringClose() {}

  /** Ends our side, then discards input until the peer ends its own or the time is over. */
  static void await(SocketChannel channel) throws IOException {
    channel.shutdownOutput();
    channel.configureBlocking(false);
    long deadlineNs = System.nanoTime() + LIMIT.toNanos();
    ByteBuffer discarded = ByteBuffer.allocate(DISCARD_BYTES);
    try (Selector selector = channel.provider().openSelector()) {
      channel.register(selector, SelectionKey.OP_READ);
      long leftMs = LIMIT.toMillis();
      while (leftMs > 0 && channel.read(discarded.clear()) >= 0) {
        selector.select(leftMs);
        leftMs = Duration.ofNanos(deadlineNs - System.nanoTime()).toMillis();
      }
    }
  }
}
