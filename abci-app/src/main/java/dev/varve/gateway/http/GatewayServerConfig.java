package dev.varve.gateway.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * How a {@link GatewayServer} listens.
 *
 * @param address HOST:PORT; port 0: any free one
 * @param node the node's RPC, {@code http://HOST:PORT}
 * @param tls the server's certificates and key; empty for plain HTTP
 * @param tokens who may do what; empty: everyone everything
 * @param origins of web pages that may use the gateway, as browsers name them; {@code *} for all
 * @param open that an address other than loopback is meant to be served without tokens
 * @param chainFirst what reads look in first where the client does not say
 */
public record GatewayServerConfig(
    String address,
    URI node,
    Optional<SSLContext> tls,
    List<Token> tokens,
    List<String> origins,
    boolean open,
    boolean chainFirst,
    GatewayLimits limits,
    GatewayTimeouts timeouts) {
  /**
   * Checks every value.
   *
   * @throws IllegalArgumentException naming the key, its value and what is allowed
   */
  public GatewayServerConfig {
    Objects.requireNonNull(tls, "tls");
    Objects.requireNonNull(limits, "limits");
    Objects.requireNonNull(timeouts, "timeouts");
    tokens = List.copyOf(tokens);
    origins = List.copyOf(origins);
    boolean known = "http".equals(node.getScheme()) || "https".equals(node.getScheme());
    if (!known || node.getHost() == null) {
      throw new IllegalArgumentException(
          "node = \"" + node + "\": allowed is http://HOST:PORT or https://HOST:PORT");
    }
    InetSocketAddress socket = socket(address);
    if (tokens.isEmpty() && !open && !isLoopback(socket)) {
      throw new IllegalArgumentException(
          "address = \""
              + address
              + "\" can be reached from other hosts, and without tokens everyone there could send"
              + " and requeue: give tokens, use 127.0.0.1, or allow it explicitly");
    }
  }

  /** Everything but the addresses as it is by default: open to this host, without TLS. */
  public static GatewayServerConfig of(String address, URI node) {
    return new GatewayServerConfig(
        address,
        node,
        Optional.empty(),
        List.of(),
        List.of(),
        false,
        false,
        GatewayLimits.DEFAULT,
        GatewayTimeouts.DEFAULT);
  }

  String host() {
    return socket(address).getHostString();
  }

  int port() {
    return socket(address).getPort();
  }

  private static boolean isLoopback(InetSocketAddress socket) {
    try {
      return InetAddress.getByName(socket.getHostString()).isLoopbackAddress();
    } catch (UnknownHostException e) {
      // Binding tells that the host is not known; until then it counts as reachable.
      return false;
    }
  }

  private static InetSocketAddress socket(String address) {
    int colon = address.lastIndexOf(':');
    String host = colon < 0 ? "" : address.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    int port = -1;
    try {
      port = Integer.parseInt(address.substring(colon + 1));
    } catch (NumberFormatException e) {
      // Told below, with every other fault of the address.
    }
    if (host.isEmpty() || port < 0 || port > 0xFFFF) {
      throw new IllegalArgumentException(
          "address = \"" + address + "\": allowed is HOST:PORT with a port from 0 to 65535");
    }
    return InetSocketAddress.createUnresolved(host, port);
  }
}
