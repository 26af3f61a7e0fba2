package dev.varve.cli;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ports of one validator: ten from {@code base + 10 * validator} on, of which four are used.
 *
 * @param base P2P port of validator 0
 * @param validator from 0
 */
record Ports(int base, int validator) {
  static final int STANDARD_BASE = 26656;
  static final int HIGHEST = 65_535;
  static final int STRIDE = 10;
  static final int USED = 4;

  private static final Pattern TCP = Pattern.compile("(?:tcp://)?(.*):(\\d{1,5})");

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

  /** The gateway, with metrics, health and status. */
  int http() {
    return p2p() + 3;
  }

  /**
   * Checks that all ports of a chain are ports.
   *
   * @throws CliException with exit code 2
   */
  static void requireRange(int base, int validators) {
    int max = HIGHEST - STRIDE * (validators - 1) - (USED - 1);
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
    requireFree(http(), "the gateway");
  }

  private void requireFree(int port, String use) {
    requireFree(
        "127.0.0.1:" + port,
        "validator " + validator + " needs it for " + use,
        "choose other ports with --port-base");
  }

  /**
   * Checks that nobody listens at an address. What is no TCP address with a port is passed over, as
   * is what cannot be probed: whoever listens there in earnest says so.
   *
   * @param address as settings have it: tcp://127.0.0.1:26658, 127.0.0.1:26659
   * @param need who needs it for what
   * @param remedy what else can be done than to stop the other
   * @throws CliException that names the port
   */
  static void requireFree(String address, String need, String remedy) {
    Matcher parts = TCP.matcher(address);
    if (!parts.matches()) {
      return;
    }
    int port = Integer.parseInt(parts.group(2));
    if (port < 1024 || port > HIGHEST) {
      return;
    }
    try {
      String host = parts.group(1);
      InetAddress at = host.isEmpty() ? null : InetAddress.getByName(host);
      boolean here =
          at == null || at.isAnyLocalAddress() || NetworkInterface.getByInetAddress(at) != null;
      if (here) {
        new ServerSocket(port, 1, at).close();
      }
    } catch (BindException e) {
      throw CliException.failed(
          "port " + port + " is taken; " + need + ": stop what listens there, or " + remedy, e);
    } catch (IOException e) {
      // An unknown host or the like: the start that follows tells more than a probe can.
      return;
    }
  }
}
