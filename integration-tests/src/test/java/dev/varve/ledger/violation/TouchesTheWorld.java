package dev.varve.ledger.violation;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Breaks the rules on random numbers, sockets and files. */
final class TouchesTheWorld {
  static long touch(Path file) throws IOException {
    try (Socket socket = new Socket()) {
      return new Random().nextLong() + Files.size(file) + socket.getPort() + System.nanoTime();
    }
  }
}
