package dev.varve.node;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The uplink gateway's settings.
 *
 * @param node RPC of the CometBFT node
 * @param backup {@code disk}, {@code memory} or {@code cluster}
 * @param path folder of the backup on disk, absolute
 * @param backupBytes the most that the backup may take
 * @param sync how long broadcast_tx_sync waits for the node
 * @param sharePeriod how often a gateway with backup {@code cluster} asks what others have written
 * @param lease how long after its last sign of life such a gateway's tasks are left to it
 */
public record GatewaySettings(
    URI node,
    String backup,
    Path path,
    long backupBytes,
    int maxTasks,
    long maxPendingBytes,
    boolean chainFirst,
    int resendBlocks,
    int maxAttempts,
    Duration deletePeriod,
    Duration sync,
    Duration sharePeriod,
    Duration lease) {

  /**
   * The server in front of it.
   *
   * @param address {@code HOST:PORT}, or {@code off}
   * @param tokensFile absolute
   * @param tlsCertificate absolute
   * @param tlsKey absolute
   * @param open that an address which other hosts reach is meant to be served without tokens
   */
  public record Http(
      String address,
      Optional<Path> tokensFile,
      boolean open,
      Optional<Path> tlsCertificate,
      Optional<Path> tlsKey,
      List<String> origins,
      int maxBodyBytes,
      int maxConnections) {
    /** Whether anything is served. */
    public boolean enabled() {
      return !address.equals("off");
    }
  }

  static GatewaySettings read(NodeHome home, ConfigReader reader) {
    return new GatewaySettings(
        URI.create(reader.get(GatewayKeys.NODE)),
        reader.get(GatewayKeys.BACKUP),
        home.path().resolve(reader.get(GatewayKeys.PATH)).normalize(),
        reader.get(GatewayKeys.BACKUP_BYTES),
        Math.toIntExact(reader.get(GatewayKeys.MAX_TASKS)),
        reader.get(GatewayKeys.MAX_PENDING_BYTES),
        reader.get(GatewayKeys.READ_ORDER).equals("chain-first"),
        Math.toIntExact(reader.get(GatewayKeys.RESEND_BLOCKS)),
        Math.toIntExact(reader.get(GatewayKeys.MAX_ATTEMPTS)),
        Duration.ofMillis(reader.get(GatewayKeys.DELETE_PERIOD_MILLIS)),
        Duration.ofMillis(reader.get(GatewayKeys.SYNC_MILLIS)),
        Duration.ofMillis(reader.get(GatewayKeys.SHARE_PERIOD_MILLIS)),
        Duration.ofMillis(reader.get(GatewayKeys.LEASE_MILLIS)));
  }

  static Http readHttp(NodeHome home, ConfigReader reader) {
    Optional<Path> certificate = file(home, reader, GatewayKeys.HTTP_TLS_CERTIFICATE);
    Optional<Path> key = file(home, reader, GatewayKeys.HTTP_TLS_KEY);
    if (certificate.isPresent() != key.isPresent()) {
      ConfigKey<String> missing =
          key.isPresent() ? GatewayKeys.HTTP_TLS_CERTIFICATE : GatewayKeys.HTTP_TLS_KEY;
      throw reader.refuse(missing, "", "set where the other one of tls_certificate, tls_key is");
    }
    return new Http(
        reader.get(GatewayKeys.HTTP_ADDRESS),
        file(home, reader, GatewayKeys.HTTP_TOKENS_FILE),
        reader.get(GatewayKeys.HTTP_OPEN),
        certificate,
        key,
        GatewayKeys.split(reader.get(GatewayKeys.HTTP_ORIGINS)),
        Math.toIntExact(reader.get(GatewayKeys.HTTP_MAX_BODY_BYTES)),
        Math.toIntExact(reader.get(GatewayKeys.HTTP_MAX_CONNECTIONS)));
  }

  private static Optional<Path> file(NodeHome home, ConfigReader reader, ConfigKey<String> key) {
    String name = reader.get(key);
    return name.isEmpty() ? Optional.empty() : Optional.of(home.path().resolve(name).normalize());
  }
}
