package dev.varve.abci;

import java.util.Objects;

/**
 * How an {@link AbciServer} listens.
 *
 * @param address {@code tcp://HOST:PORT} (port 0: any free one) or {@code unix://PATH}; gRPC takes
 *     tcp only
 * @param transport what the node's {@code abci} setting says
 * @param maxMessageBytes the largest request accepted, 1 KiB to 1 GiB; a node sends blocks of up to
 *     100 MiB
 * @param maxConnections how many peers are served at once, 1 to 4096; a node opens four
 * @param name what the server's threads are called, with a suffix each
 */
public record AbciServerConfig(
    String address, Transport transport, int maxMessageBytes, int maxConnections, String name) {
  /** CometBFT's two ways to reach an application. */
  public enum Transport {
    SOCKET,
    GRPC
  }

  public static final String DEFAULT_ADDRESS = "tcp://127.0.0.1:26658";
  public static final int DEFAULT_MAX_MESSAGE_BYTES = 128 << 20;
  public static final int DEFAULT_MAX_CONNECTIONS = 64;

  private static final int LEAST_MESSAGE_BYTES = 1 << 10;
  static final int MOST_MESSAGE_BYTES = 1 << 30;
  private static final int MOST_CONNECTIONS = 4096;

  /**
   * Checks every value.
   *
   * @throws IllegalArgumentException naming the key, its value and what is allowed
   */
  public AbciServerConfig {
    Objects.requireNonNull(transport, "transport");
    boolean unix = AbciAddress.parse(address).isUnix();
    if (unix && transport == Transport.GRPC) {
      throw new IllegalArgumentException(
          "address = \"" + address + "\": transport GRPC allows tcp://HOST:PORT only");
    }
    checkRange("maxMessageBytes", maxMessageBytes, LEAST_MESSAGE_BYTES, MOST_MESSAGE_BYTES);
    checkRange("maxConnections", maxConnections, 1, MOST_CONNECTIONS);
    if (name.isBlank()) {
      throw new IllegalArgumentException("name = \"" + name + "\": allowed is any text not blank");
    }
  }

  /** Everything but the address as it is by default: socket transport, 128 MiB, 64 connections. */
  public static AbciServerConfig of(String address) {
    return new AbciServerConfig(
        address, Transport.SOCKET, DEFAULT_MAX_MESSAGE_BYTES, DEFAULT_MAX_CONNECTIONS, "abci");
  }

  private static void checkRange(String key, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          key + " = " + value + ": allowed are " + least + " to " + most);
    }
  }
}
