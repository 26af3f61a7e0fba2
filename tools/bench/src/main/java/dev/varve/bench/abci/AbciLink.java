package dev.varve.bench.abci;

import com.google.protobuf.CodedOutputStream;
import dev.varve.abci.types.Request;
import dev.varve.abci.types.Response;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;

/**
 * One ABCI socket connection that sends frames made beforehand and hands answers out as they came.
 * One thread; {@link #close} from any, which ends a blocked call with an exception.
 */
final class AbciLink implements AutoCloseable {
  private static final int READ_BUFFER_BYTES = 1 << 18;
  private static final int MAX_FRAME_BYTES = 256 << 20;

  private final SocketChannel channel;
  private final ByteBuffer in = ByteBuffer.allocateDirect(READ_BUFFER_BYTES).flip();

  private AbciLink(SocketChannel channel) {
    this.channel = channel;
  }

  static AbciLink connect(String address) throws IOException {
    if (address.startsWith("unix://")) {
      Path path = Path.of(address.substring("unix://".length()));
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      return connect(channel, UnixDomainSocketAddress.of(path));
    }
    URI uri = URI.create(address);
    SocketChannel channel = SocketChannel.open();
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    return connect(channel, new InetSocketAddress(uri.getHost(), uri.getPort()));
  }

  static void requireAddress(String address) {
    boolean unix = address.startsWith("unix://") && address.length() > "unix://".length();
    if (!unix && !address.matches("tcp://[^/:]+:[0-9]{1,5}")) {
      throw new IllegalArgumentException(
          "address is " + address + ": allowed is tcp://HOST:PORT or unix://PATH");
    }
  }

  private static AbciLink connect(SocketChannel channel, SocketAddress address) throws IOException {
    try {
      channel.connect(address);
      return new AbciLink(channel);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** The requests as they go over the wire, each behind its length. */
  static ByteBuffer frames(List<Request> requests) {
    int bytes = 0;
    for (Request request : requests) {
      int size = request.getSerializedSize();
      bytes += CodedOutputStream.computeUInt32SizeNoTag(size) + size;
    }
    ByteBuffer frames = ByteBuffer.allocateDirect(bytes);
    CodedOutputStream out = CodedOutputStream.newInstance(frames);
    try {
      for (Request request : requests) {
        out.writeUInt32NoTag(request.getSerializedSize());
        request.writeTo(out);
      }
      out.flush();
    } catch (IOException e) {
      throw new IllegalStateException("a buffer of computed size is too small", e);
    }
    return frames.flip();
  }

  void write(ByteBuffer frames) throws IOException {
    while (frames.hasRemaining()) {
      channel.write(frames);
    }
  }

  /** The next answer's bytes without their length. */
  byte[] read() throws IOException {
    int length = readLength();
    byte[] frame = new byte[length];
    int at = 0;
    while (at < length) {
      fill();
      int part = Math.min(in.remaining(), length - at);
      in.get(frame, at, part);
      at += part;
    }
    return frame;
  }

  static Response parse(byte[] frame) throws IOException {
    return Response.parseFrom(frame);
  }

  private int readLength() throws IOException {
    long length = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      fill();
      byte b = in.get();
      length |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        if (length > MAX_FRAME_BYTES) {
          throw new IOException(
              "the server sends a frame of " + length + " bytes; allowed are " + MAX_FRAME_BYTES);
        }
        return (int) length;
      }
    }
    throw new IOException("the server sends a frame length that is no varint of 32 bits");
  }

  private void fill() throws IOException {
    if (in.hasRemaining()) {
      return;
    }
    in.clear();
    int count = channel.read(in);
    in.flip();
    if (count < 0) {
      throw new EOFException("the server closed the connection");
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close a connection", e);
    }
  }
}
