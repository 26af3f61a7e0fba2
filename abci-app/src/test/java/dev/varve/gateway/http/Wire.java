package dev.varve.gateway.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** A client that sends bytes as it likes. */
final class Wire implements AutoCloseable {
  private static final int PATIENCE_MS = 30_000;

  private final Socket socket;

  Wire(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MS);
    socket.setTcpNoDelay(true);
  }

  void send(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
  }

  /** Says that nothing more comes, and goes on reading. */
  void endSending() throws IOException {
    socket.shutdownOutput();
  }

  /** Sends a text over and over, slowly, until the server ends the connection. */
  void drip(String text) throws Exception {
    try {
      while (socket.getInputStream().available() == 0) {
        send(text);
        Thread.sleep(20);
      }
    } catch (SocketException e) {
      // The end that is waited for.
    }
  }

  /** Reads up to the end of the headers. */
  String head() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    InputStream in = socket.getInputStream();
    while (!bytes.toString(StandardCharsets.UTF_8).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        break;
      }
      bytes.write(next);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** Reads to the end of the connection, also where it is reset. */
  String rest() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] part = new byte[64 << 10];
    try {
      int length;
      while ((length = socket.getInputStream().read(part)) >= 0) {
        bytes.write(part, 0, length);
      }
    } catch (SocketException e) {
      // Reset: as good an end.
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** Ends the connection in the way of a client that dies. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
