package dev.varve.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/**
 * The ports of one validator: ten from {@code base + 10 * validator} on, of which four are used.
 *
 * @param base P2P port of validator 0
 * @param validator from 0
 */
record Ports(int base, int validator) {
  static final int STANDARD_BASE = 26656;
  static final int STRIDE = 10;
  static final int USED = 4;

  /** Between the nodes. */
  int p2p() {
    return base + STRIDE * validator;
  }

  /** The node's RPC. */
  int rpc() {
    return p2p() + 1;
  }

  /** Between node and application. */
  int abci() {
    return p2p() + 2;
  }

  /** The application's metrics, health and status. */
  int http() {
    return p2p() + 3;
  }

  /**
   * Checks that all ports of a chain are ports.
   *
   * @throws CliException with exit code 2
   */
  static void requireRange(int base, int validators) {
    int max = 65535 - STRIDE * (validators - 1) - (USED - 1);
    if (base < 1024 || base > max) {
      throw CliException.usage(
          "--port-base "
              + base
              + ": must be 1024 to "
              + max
              + (validators == 1 ? "" : " for " + validators + " validators"));
    }
  }

  /**
   * Checks that nobody listens where a validator will.
   *
   * @throws CliException that names the port and who needs it
   */
  void requireFree() {
    requireFree(p2p(), "the other validators (P2P)");
    requireFree(rpc(), "the RPC of the node");
    requireFree(abci(), "the application (ABCI)");
    requireFree(http(), "metrics and status");
  }

  private void requireFree(int port, String use) {
    try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      probe.setReuseAddress(true);
    } catch (IOException e) {
      throw CliException.failed(
          "port "
              + port
              + " is taken; validator "
              + validator
              + " needs it for "
              + use
              + ": stop what listens there, or choose other ports with --port-base",
          e);
    }
  }
}
