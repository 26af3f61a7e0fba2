package dev.varve.node;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;

/** The settings of the uplink gateway and of the server in front of it. */
final class GatewayKeys {
  private static final long KIB = 1L << 10;
  private static final long MIB = 1L << 20;
  private static final long TIB = 1L << 40;

  static final ConfigKey<String> HTTP_ADDRESS =
      ConfigKey.text(
          "http.address",
          "127.0.0.1:26659",
          "HOST:PORT or off",
          GatewayKeys::address,
          "Where the gateway is served: CometBFT's RPC, /v1, /metrics and /health. HOST:PORT, or",
          "off for none of them. An address that other hosts reach needs http.tokens_file.");

  static final ConfigKey<String> HTTP_TOKENS_FILE =
      ConfigKey.text(
          "http.tokens_file",
          "",
          "a file",
          GatewayKeys::optionalFile,
          "Who may do what: a file with lines SCOPE TOKEN, SCOPE read, write or admin, relative",
          "to this file's folder unless absolute. Clients send Authorization: Bearer TOKEN.",
          "Without it everyone who reaches the address may do everything.");

  static final ConfigKey<Boolean> HTTP_OPEN =
      ConfigKey.flag(
          "http.open",
          false,
          "Whether an address that other hosts reach is meant to be served without tokens.");

  static final ConfigKey<String> HTTP_TLS_CERTIFICATE =
      ConfigKey.text(
          "http.tls_certificate",
          "",
          "a file",
          GatewayKeys::optionalFile,
          "Certificate chain in PEM, the server's own first; with it, https is served.");

  static final ConfigKey<String> HTTP_TLS_KEY =
      ConfigKey.text(
          "http.tls_key",
          "",
          "a file",
          GatewayKeys::optionalFile,
          "Private key of that certificate: PEM, PKCS#8, without a password.");

  static final ConfigKey<String> HTTP_ORIGINS =
      ConfigKey.text(
          "http.origins",
          "",
          "origins such as https://app.example, with commas between, or *",
          GatewayKeys::origins,
          "Web pages that may use the gateway (CORS), with commas between; * for all.");

  static final ConfigKey<Long> HTTP_MAX_BODY_BYTES =
      ConfigKey.bytes(
          "http.max_body_bytes",
          1_000_000,
          KIB,
          64 * MIB,
          "Longest request body. CometBFT's own limit is 1000000.");

  static final ConfigKey<Long> HTTP_MAX_CONNECTIONS =
      ConfigKey.number(
          "http.max_connections", 1_000, 1, 100_000, "Connections at a time; more wait.");

  static final ConfigKey<String> NODE =
      ConfigKey.text(
          "gateway.node",
          "http://127.0.0.1:26657",
          "http://HOST:PORT or https://HOST:PORT",
          GatewayKeys::node,
          "RPC of the CometBFT node that gets the transactions, and what the gateway does not",
          "answer itself. varve start --with-node takes the address from the node's own settings.");

  static final ConfigKey<String> BACKUP =
      ConfigKey.oneOf(
          "gateway.backup",
          "disk",
          List.of("disk", "memory", "cluster"),
          "Where a transaction is backed up until it is in a block: disk, forced to a log before",
          "it is acknowledged; memory, lost with the process (answers say durable: false); or",
          "cluster, tables in the databases of disk.cluster, whatever disk.store says. All",
          "gateways of a chain that name the same databases see each other's transactions, and",
          "send what one that is gone has left. While they are away nothing new is accepted.");

  static final ConfigKey<String> PATH =
      ConfigKey.text(
          "gateway.path",
          "uplink",
          "a folder",
          ConfigKeys::folder,
          "Folder of the backup on disk, relative to this file's folder unless absolute.");

  static final ConfigKey<Long> BACKUP_BYTES =
      ConfigKey.bytes(
          "gateway.backup_bytes",
          512 * MIB,
          64 * MIB,
          TIB,
          "Most that the backup may take. When it is full new transactions are refused. In a",
          "cluster it counts what all gateways have there, which each also holds in memory.");

  static final ConfigKey<Long> MAX_TASKS =
      ConfigKey.number(
          "gateway.max_tasks",
          100_000,
          1,
          10_000_000,
          "Transactions that may be pending at a time; more are refused.");

  static final ConfigKey<Long> MAX_PENDING_BYTES =
      ConfigKey.bytes(
          "gateway.max_pending_bytes",
          64 * MIB,
          MIB,
          TIB,
          "Bytes of all pending transactions, which are held in memory; more are refused.");

  static final ConfigKey<String> READ_ORDER =
      ConfigKey.oneOf(
          "gateway.read_order",
          "pending-first",
          List.of("pending-first", "chain-first"),
          "Where reads look first, unless a request says so itself (header Varve-Read):",
          "pending-first or chain-first.");

  static final ConfigKey<Long> RESEND_BLOCKS =
      ConfigKey.number(
          "gateway.resend_blocks",
          10,
          1,
          100_000,
          "After how many blocks without it a transaction is sent to the node again.");

  static final ConfigKey<Long> MAX_ATTEMPTS =
      ConfigKey.number(
          "gateway.max_attempts",
          20,
          1,
          1_000_000,
          "How often a transaction is sent before it goes to the failed list. While the node is",
          "away nothing counts.");

  static final ConfigKey<Long> DELETE_PERIOD_MILLIS =
      ConfigKey.number(
          "gateway.delete_period_millis",
          0,
          0,
          3_600_000,
          "How often backups of committed transactions are deleted; 0 for at once.");

  static final ConfigKey<Long> SYNC_MILLIS =
      ConfigKey.number(
          "gateway.sync_millis",
          1_000,
          10,
          60_000,
          "How long broadcast_tx_sync waits for the node before it answers that the transaction is",
          "queued.");

  static final ConfigKey<Long> SHARE_PERIOD_MILLIS =
      ConfigKey.number(
          "gateway.share_period_millis",
          50,
          5,
          5_000,
          "With backup cluster: how often other gateways' changes are asked for, so how long after",
          "its acknowledgement elsewhere a transaction is readable here. A query of a millisecond",
          "each time.");

  static final ConfigKey<Long> LEASE_MILLIS =
      ConfigKey.number(
          "gateway.lease_millis",
          10_000,
          500,
          600_000,
          "With backup cluster: how long after its last sign of life a gateway's transactions are",
          "left to it, before another sends them. A gateway sends nothing while it cannot renew.");

  static final List<ConfigKey<?>> ALL =
      List.of(
          HTTP_ADDRESS,
          HTTP_TOKENS_FILE,
          HTTP_OPEN,
          HTTP_TLS_CERTIFICATE,
          HTTP_TLS_KEY,
          HTTP_ORIGINS,
          HTTP_MAX_BODY_BYTES,
          HTTP_MAX_CONNECTIONS,
          NODE,
          BACKUP,
          PATH,
          BACKUP_BYTES,
          MAX_TASKS,
          MAX_PENDING_BYTES,
          READ_ORDER,
          RESEND_BLOCKS,
          MAX_ATTEMPTS,
          DELETE_PERIOD_MILLIS,
          SYNC_MILLIS,
          SHARE_PERIOD_MILLIS,
          LEASE_MILLIS);

  private GatewayKeys() {}

  private static String address(String value) {
    if (!value.equals("off")) {
      ConfigKeys.hostPort(value);
    }
    return value;
  }

  private static String optionalFile(String value) {
    ConfigKey.require(value.indexOf('\0') < 0);
    return value;
  }

  private static String origins(String value) {
    for (String origin : split(value)) {
      ConfigKey.require(origin.equals("*") || origin.matches("[a-z][a-z0-9+.-]*://[^/\\s]+"));
    }
    return value;
  }

  /** The parts of a list with commas between. */
  static List<String> split(String value) {
    return List.of(value.split(",")).stream()
        .map(String::strip)
        .filter(part -> !part.isEmpty())
        .toList();
  }

  private static String node(String value) {
    try {
      URI uri = new URI(value);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      ConfigKey.require(scheme.equals("http") || scheme.equals("https"));
      ConfigKey.require(uri.getHost() != null && uri.getUserInfo() == null);
      ConfigKey.require(uri.getPath().isEmpty() || uri.getPath().equals("/"));
      ConfigKey.require(uri.getQuery() == null && uri.getFragment() == null);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("no URL: " + value, e);
    }
    return value.endsWith("/") ? value.substring(0, value.length() - 1) : value;
  }
}
