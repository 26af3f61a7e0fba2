package dev.varve.abci;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.varve.abci.types.Request;
import dev.varve.abci.types.RequestFlush;
import dev.varve.abci.types.Response;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/**
 * One ABCI socket connection to any server, in the dialect of 0.38 to 0.40, for tests and drivers.
 *
 * <p>Requests are buffered by {@link #send} and pushed by {@link #flush} or a full buffer; answers
 * come in the order of the requests. A server may hold answers back until it reads a {@link
 * RequestFlush}. Whoever sends more than fits the peer's and the system's buffers must receive at
 * the same time.
 *
 * <p>Threads: one thread may send and flush while another receives.
 */
public final class AbciClient implements AutoCloseable {
  private static final Request FLUSH =
      Request.newBuilder().setFlush(RequestFlush.getDefaultInstance()).build();

  private final SocketChannel channel;
  private final FrameReader reader;
  private final FrameWriter writer;

  private AbciClient(SocketChannel channel) {
    this.channel = channel;
    this.reader = new FrameReader(channel, AbciServerConfig.MOST_MESSAGE_BYTES);
    this.writer = new FrameWriter(channel);
  }

  /**
   * Connects to {@code tcp://HOST:PORT} or {@code unix://PATH}.
   *
   * @throws IllegalArgumentException for another form of address
   */
  public static AbciClient connect(String address) throws IOException {
    AbciAddress target = AbciAddress.parse(address);
    SocketChannel channel = SocketChannel.open(target.socket());
    if (!target.isUnix()) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
    return new AbciClient(channel);
  }

  /**
   * Checks the form of an address that {@link #connect} is to get later.
   *
   * @throws IllegalArgumentException when it has another form
   */
  public static void requireAddress(String address) {
    AbciAddress.parse(address);
  }

  /** Buffers a request. */
  public void send(Request request) throws IOException {
    writer.write(request);
  }

  /** Buffers any message as a frame: another dialect's. */
  void sendFrame(MessageLite message) throws IOException {
    writer.write(message);
  }

  /** Pushes what is buffered; sends no RequestFlush. */
  public void flush() throws IOException {
    writer.flush();
  }

  /**
   * Waits for the next answer.
   *
   * @throws EOFException when the server closed the connection
   */
  public Response receive() throws IOException {
    receiveFrame();
    try {
      return Response.parser().parseFrom(reader.array(), reader.offset(), reader.length());
    } catch (InvalidProtocolBufferException e) {
      throw new BadFrameException("the server sent no ABCI response: " + e.getMessage(), e);
    }
  }

  /**
   * Pushes what is buffered, then frames made beforehand: each a message behind its length as an
   * unsigned varint. For drivers whose own cost must not count.
   */
  public void sendFrames(ByteBuffer frames) throws IOException {
    writer.flush();
    while (frames.hasRemaining()) {
      channel.write(frames);
    }
  }

  /**
   * Waits for the next answer and copies its bytes as they are.
   *
   * @throws EOFException when the server closed the connection
   */
  public byte[] receiveBytes() throws IOException {
    receiveFrame();
    return Arrays.copyOfRange(reader.array(), reader.offset(), reader.offset() + reader.length());
  }

  private void receiveFrame() throws IOException {
    if (!reader.next()) {
      throw new EOFException("the ABCI server closed the connection");
    }
  }

  /**
   * Sends a request and a RequestFlush, as a node does, and waits for both answers; no earlier
   * request may still be unanswered.
   *
   * @throws IOException when the server answers with an exception, out of order or not at all
   */
  public Response call(Request request) throws IOException {
    send(request);
    send(FLUSH);
    flush();
    Response response = receive();
    if (response.hasException()) {
      throw new IOException("the ABCI server failed: " + response.getException().getError());
    }
    Response flushed = receive();
    if (!flushed.hasFlush()) {
      throw new IOException("expected the answer to Flush, got " + flushed.getValueCase());
    }
    return response;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
