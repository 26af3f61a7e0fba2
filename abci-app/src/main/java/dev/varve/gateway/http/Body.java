package dev.varve.gateway.http;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/**
 * Reads a request's body whole, as it comes, without holding a thread.
 *
 * <p>A body that is too large, too much with the others, or that breaks off is answered here.
 */
final class Body implements Runnable {
  private static final byte[] EMPTY = {};
  private static final int FIRST_BYTES = 8 << 10;

  private final Exchange exchange;
  private final int maxBytes;
  private final Consumer<byte[]> whole;
  private byte[] bytes = EMPTY;
  private int length;

  private Body(Exchange exchange, int maxBytes, Consumer<byte[]> whole) {
    this.exchange = exchange;
    this.maxBytes = maxBytes;
    this.whole = whole;
  }

  /** Hands over the body when it is there, on this thread or another. */
  static void read(Exchange exchange, int maxBytes, Consumer<byte[]> whole) {
    if (exchange.request().getLength() > maxBytes) {
      tooLarge(exchange, maxBytes);
      return;
    }
    new Body(exchange, maxBytes, whole).run();
  }

  @Override
  public void run() {
    Request request = exchange.request();
    while (true) {
      Content.Chunk chunk = request.read();
      if (chunk == null) {
        request.demand(this);
        return;
      }
      if (Content.Chunk.isFailure(chunk)) {
        // Mostly nobody is there to read it; a client that only stopped to send still is.
        exchange.error(RpcException.BAD_REQUEST, "broken_off", "the body broke off");
        return;
      }
      boolean last = chunk.isLast();
      boolean taken = take(chunk.getByteBuffer());
      chunk.release();
      if (!taken) {
        return;
      }
      if (last) {
        handOver();
        return;
      }
    }
  }

  private void handOver() {
    exchange.ticket().received();
    try {
      whole.accept(length == bytes.length ? bytes : Arrays.copyOf(bytes, length));
    } catch (V1Failure e) {
      e.send(exchange);
    } catch (RuntimeException e) {
      exchange.broken(e);
    }
  }

  private boolean take(ByteBuffer part) {
    int more = part.remaining();
    if (length + (long) more > maxBytes) {
      forget();
      tooLarge(exchange, maxBytes);
      return false;
    }
    if (length + more > bytes.length && !grow(length + more)) {
      forget();
      exchange.retryLater();
      exchange.error(429, "busy", "too many bytes of requests are under way, try again");
      return false;
    }
    part.get(bytes, length, more);
    length += more;
    return true;
  }

  /** Grows as bytes come: a length that is only announced takes no memory. */
  private boolean grow(int least) {
    int announced = (int) Math.max(0, exchange.request().getLength());
    int doubled = Math.max(FIRST_BYTES, 2 * bytes.length);
    int size = Math.max(least, Math.min(doubled, announced > 0 ? announced : maxBytes));
    if (!exchange.ticket().take(size - bytes.length)) {
      return false;
    }
    bytes = Arrays.copyOf(bytes, size);
    return true;
  }

  /** The rest may take a while to come, and what is there is of no use. */
  private void forget() {
    bytes = EMPTY;
    exchange.ticket().giveBackBytes();
  }

  private static void tooLarge(Exchange exchange, int maxBytes) {
    exchange.error(413, "too_large", "the body is larger than the " + maxBytes + " bytes allowed");
  }
}
