package dev.varve.gateway;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/** A server of JSON-RPC over HTTP and WebSocket that answers as a test says. */
final class FakeRpc implements AutoCloseable {
  private static final String KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int TEXT = 1;
  private static final int CLOSE = 8;

  private final ServerSocket server;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  final AtomicInteger sockets = new AtomicInteger();

  /** Takes each message of a WebSocket. */
  volatile BiConsumer<Session, String> messages = (session, text) -> {};

  /** Answers the body of an HTTP request with another. */
  volatile UnaryOperator<String> requests = body -> "{}";

  FakeRpc() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    thread(this::accept);
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  /** One WebSocket. */
  static final class Session {
    private final Socket socket;
    private final OutputStream out;

    private Session(Socket socket, OutputStream out) {
      this.socket = socket;
      this.out = out;
    }

    void send(String text) {
      frame(TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    void close(int status) {
      frame(CLOSE, new byte[] {(byte) (status >> 8), (byte) status});
    }

    void cut() {
      closeQuietly(socket);
    }

    private synchronized void frame(int opcode, byte[] payload) {
      try {
        out.write(0x80 | opcode);
        if (payload.length < 126) {
          out.write(payload.length);
        } else {
          out.write(126);
          out.write(payload.length >> 8);
          out.write(payload.length);
        }
        out.write(payload);
        out.flush();
      } catch (IOException e) {
        closeQuietly(socket);
      }
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        open.add(socket);
        thread(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      OutputStream out = new BufferedOutputStream(socket.getOutputStream());
      while (true) {
        String first = line(in);
        if (first.isEmpty()) {
          return;
        }
        Map<String, String> headers = headers(in);
        if (headers.containsKey("sec-websocket-key")) {
          upgrade(headers.get("sec-websocket-key"), out);
          receive(in, new Session(socket, out));
          return;
        }
        byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        byte[] answer =
            requests
                .apply(new String(body, StandardCharsets.UTF_8))
                .getBytes(StandardCharsets.UTF_8);
        out.write(
            ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                    + answer.length
                    + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        out.write(answer);
        out.flush();
      }
    } catch (IOException e) {
      // The client, or the test, has ended the connection.
    } finally {
      open.remove(socket);
    }
  }

  private void upgrade(String key, OutputStream out) throws IOException {
    sockets.incrementAndGet();
    byte[] digest;
    try {
      digest =
          MessageDigest.getInstance("SHA-1")
              .digest((key + KEY_SUFFIX).getBytes(StandardCharsets.US_ASCII));
    } catch (NoSuchAlgorithmException e) {
      throw new IOException(e);
    }
    out.write(
        ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: "
                + Base64.getEncoder().encodeToString(digest)
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  private void receive(DataInputStream in, Session session) throws IOException {
    while (true) {
      int opcode = in.readUnsignedByte() & 0xf;
      long length = in.readUnsignedByte() & 0x7f;
      if (length == 126) {
        length = in.readUnsignedShort();
      } else if (length == 127) {
        length = in.readLong();
      }
      byte[] mask = in.readNBytes(4);
      byte[] payload = in.readNBytes((int) length);
      for (int i = 0; i < payload.length; i++) {
        payload[i] ^= mask[i % 4];
      }
      if (opcode == TEXT) {
        messages.accept(session, new String(payload, StandardCharsets.UTF_8));
      } else if (opcode == CLOSE) {
        return;
      }
    }
  }

  private static Map<String, String> headers(DataInputStream in) throws IOException {
    Map<String, String> headers = new HashMap<>();
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).trim());
    }
    return headers;
  }

  private static String line(DataInputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  private static void thread(Runnable run) {
    Thread thread = new Thread(run, "fake-rpc");
    thread.setDaemon(true);
    thread.start();
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is closed, then.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    open.forEach(FakeRpc::closeQuietly);
  }
}
