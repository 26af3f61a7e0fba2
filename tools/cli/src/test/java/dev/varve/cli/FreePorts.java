package dev.varve.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of one validator that nobody listens at, below the range of outgoing connections, so that
 * nothing takes one of them by chance.
 */
final class FreePorts {
  private static final int LOWEST = 15_000;
  private static final int HIGHEST = 32_000;
  private static final int ATTEMPTS = 200;

  private FreePorts() {}

  static int base() {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int base = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST) / Ports.STRIDE * Ports.STRIDE;
      if (isFree(base)) {
        return base;
      }
    }
    throw new AssertionError("no " + Ports.USED + " free ports in a row");
  }

  static ServerSocket listen(int port) throws IOException {
    return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
  }

  private static boolean isFree(int base) {
    for (int port = base; port < base + Ports.USED; port++) {
      try {
        listen(port).close();
      } catch (IOException e) {
        return false;
      }
    }
    return true;
  }
}
