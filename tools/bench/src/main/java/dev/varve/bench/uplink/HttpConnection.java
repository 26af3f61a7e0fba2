package dev.varve.bench.uplink;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One connection that is kept alive, one request at a time: as little work of the driver as can be,
 * since it shares the processors with what it measures. Reads answers with a Content-Length or in
 * chunks. To be used by one thread.
 */
final class HttpConnection implements AutoCloseable {
  private static final int CONNECT_LIMIT_MS = 5_000;
  private static final int ANSWER_LIMIT_MS = 60_000;

  private final URI server;
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private String source = "";

  HttpConnection(URI server) throws IOException {
    this.server = server;
    this.socket = new Socket();
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(ANSWER_LIMIT_MS);
    socket.connect(new InetSocketAddress(server.getHost(), server.getPort()), CONNECT_LIMIT_MS);
    this.in = new BufferedInputStream(socket.getInputStream(), 8192);
    this.out = socket.getOutputStream();
  }

  /** Sends a JSON-RPC request and reads its answer's body. */
  String post(String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String head =
        "POST / HTTP/1.1\r\nHost: "
            + server.getAuthority()
            + "\r\nContent-Type: application/json\r\nContent-Length: "
            + bytes.length
            + "\r\n\r\n";
    byte[] request = new byte[head.length() + bytes.length];
    System.arraycopy(head.getBytes(StandardCharsets.US_ASCII), 0, request, 0, head.length());
    System.arraycopy(bytes, 0, request, head.length(), bytes.length);
    out.write(request);
    out.flush();
    return answer();
  }

  /** Where the last answer came from, as the gateway's header says; empty for a node's. */
  String source() {
    return source;
  }

  private String answer() throws IOException {
    String status = line();
    source = "";
    int length = -1;
    boolean chunked = false;
    for (String header = line(); !header.isEmpty(); header = line()) {
      int colon = header.indexOf(':');
      String name = header.substring(0, Math.max(0, colon)).toLowerCase(Locale.ROOT);
      String value = header.substring(colon + 1).strip();
      switch (name) {
        case "content-length" -> length = Integer.parseInt(value);
        case "transfer-encoding" -> chunked = value.equalsIgnoreCase("chunked");
        case "varve-source" -> source = value;
        default -> {}
      }
    }
    String body = chunked ? chunks() : exactly(Math.max(0, length));
    if (!status.startsWith("HTTP/1.1 200")) {
      throw new IOException(server + " answered " + status + ": " + body.strip());
    }
    return body;
  }

  private String chunks() throws IOException {
    StringBuilder body = new StringBuilder();
    for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
      body.append(exactly(size));
      line();
    }
    line();
    return body.toString();
  }

  private String exactly(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new IOException(server + " closed the connection within an answer");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder(64);
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException(server + " closed the connection");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // It was to be closed.
      return;
    }
  }
}
