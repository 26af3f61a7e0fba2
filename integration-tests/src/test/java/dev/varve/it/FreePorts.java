package dev.varve.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds ports for nodes below the range from which the operating system takes the ports of outgoing
 * connections, so that none is taken between the look and the use but by another test run.
 */
final class FreePorts {
  // Test classes run in several processes at a time; each looks in a range of its own.
  private static final int FORK = Integer.getInteger("surefire.forkNumber", 1) - 1;
  private static final int RANGE = 5_000;
  private static final int LOWEST = 15_000 + FORK % 3 * RANGE;
  private static final int HIGHEST = LOWEST + RANGE;
  private static final int PORTS_PER_NODE = 10;
  private static final int ATTEMPTS = 200;

  private FreePorts() {}

  /** The first of 10 free ports for each of {@code nodes}. */
  static int base(int nodes) {
    int count = nodes * PORTS_PER_NODE;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int base =
          ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST - count)
              / PORTS_PER_NODE
              * PORTS_PER_NODE;
      if (allFree(base, count)) {
        return base;
      }
    }
    throw new AssertionError("no " + count + " free ports in a row");
  }

  private static boolean allFree(int base, int count) {
    for (int port = base; port < base + count; port++) {
      try (ServerSocket socket = new ServerSocket()) {
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      } catch (IOException e) {
        return false;
      }
    }
    return true;
  }
}
