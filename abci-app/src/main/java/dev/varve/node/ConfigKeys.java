package dev.varve.node;

import dev.varve.storage.disk.StateHistory;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.stream.Stream;

/** Every setting of {@code varve.toml}, in the order of the template. */
final class ConfigKeys {
  private static final long MIB = 1L << 20;
  private static final long TIB = 1L << 40;

  static final ConfigKey<String> ABCI_ADDRESS =
      ConfigKey.text(
          "abci.address",
          "tcp://127.0.0.1:26658",
          "tcp://HOST:PORT or unix:///PATH",
          ConfigKeys::abciAddress,
          "Where the application listens for the node: tcp://HOST:PORT or unix:///PATH.",
          "The node's config.toml names the same address as proxy_app.");

  static final ConfigKey<String> ABCI_TRANSPORT =
      ConfigKey.oneOf(
          "abci.transport",
          "socket",
          List.of("socket", "grpc"),
          "How the node talks to the application: socket or grpc.",
          "The node's config.toml says the same as abci; for grpc its proxy_app is the bare",
          "host:port, without tcp://.");

  static final ConfigKey<Long> ABCI_MAX_MESSAGE_BYTES =
      ConfigKey.bytes(
          "abci.max_message_bytes",
          128 * MIB,
          MIB,
          1024 * MIB,
          "Longest request accepted from the node; a longer one closes the connection.",
          "A block of CometBFT is at most 100 MiB.");

  static final ConfigKey<Long> MEMORY_BYTES =
      ConfigKey.bytes(
          "memory.bytes",
          256 * MIB,
          16 * MIB,
          TIB,
          "Memory outside the Java heap for recent records. A miss is read from disk.",
          "After a start it is filled from disk in the background, newest block first.");

  static final ConfigKey<Long> SYNC_PERIOD_SECONDS =
      ConfigKey.number(
          "sync.period_seconds",
          60,
          0,
          86_400,
          "How often memory is compared with disk, a few records at a time, and filled where it",
          "has gaps; where the two differ, memory's copy is replaced. 0 for never; then warming",
          "that a failing disk store stopped is not taken up again either.");

  static final ConfigKey<String> DISK_STORE =
      ConfigKey.oneOf(
          "disk.store",
          "rocksdb",
          List.of("rocksdb", "leveldb", "mysql"),
          "Kind of disk store: rocksdb, embedded; leveldb, embedded and in Java alone, for hosts",
          "without native code; or mysql, a cluster of databases (disk.cluster). A store is of",
          "one kind for good.");

  static final ConfigKey<String> DISK_PATH =
      ConfigKey.text(
          "disk.path",
          "store",
          "a folder",
          ConfigKeys::folder,
          "Folder of the disk store, relative to this file's folder unless absolute. With mysql",
          "it holds what the node needs to go on while the databases are away: the state.");

  static final ConfigKey<String> DISK_CLUSTER =
      ConfigKey.text(
          "disk.cluster",
          "cluster.yaml",
          "a file",
          ConfigKeys::folder,
          "With mysql: the file that describes the databases, relative to this file's folder",
          "unless absolute.");

  static final ConfigKey<String> DISK_DATABASE_SUFFIX =
      ConfigKey.text(
          "disk.database_suffix",
          "",
          "up to 16 letters, digits and underscores",
          ConfigKeys::databaseSuffix,
          "With mysql: what is put behind the name of each database, so that several nodes can",
          "share servers and the file that describes them.");

  static final ConfigKey<Long> DISK_BLOCK_CACHE_BYTES =
      ConfigKey.bytes(
          "disk.block_cache_bytes",
          128 * MIB,
          8 * MIB,
          TIB,
          "Memory in which the disk store keeps what it has read, its indexes and its filters.",
          "More serves old records faster.");

  static final ConfigKey<Long> DISK_WAL_BYTES =
      ConfigKey.bytes(
          "disk.wal_bytes",
          256 * MIB,
          16 * MIB,
          64 * 1024 * MIB,
          "Write-ahead log kept before writes are sorted into files. More means fewer rewrites,",
          "more memory and a longer start after a crash.");

  static final ConfigKey<Long> DISK_BACKGROUND_JOBS =
      ConfigKey.number(
          "disk.background_jobs", 2, 1, 64, "Threads that sort and merge the disk store's files.");

  static final ConfigKey<String> DISK_POLICY =
      ConfigKey.oneOf(
          "disk.policy",
          "behind",
          List.of("behind", "through"),
          "Where a block is forced before Commit is answered: behind, to the fallback log, from",
          "which the disk store gets it within a second; or through, to the disk store, and to the",
          "log only while the store fails or is slow. leveldb and mysql allow nothing but behind.");

  static final ConfigKey<String> FALLBACK_PATH =
      ConfigKey.text(
          "fallback.path",
          "fallback",
          "a folder",
          ConfigKeys::folder,
          "Folder of the fallback logs, relative to this file's folder or absolute.",
          "On another file system than disk.path it takes blocks while that one is full.");

  static final ConfigKey<Long> FALLBACK_BYTES =
      ConfigKey.bytes(
          "fallback.bytes",
          4096 * MIB,
          32 * MIB,
          TIB,
          "Most that the disk store's log may take, up to 4096 times fallback.segment_bytes. When",
          "the store is down and the log is full, Commit waits.");

  static final ConfigKey<Long> FALLBACK_SEGMENT_BYTES =
      ConfigKey.bytes(
          "fallback.segment_bytes",
          32 * MIB,
          MIB,
          1024 * MIB,
          "Size of one file of the log; one is written with zeros ahead.");

  static final ConfigKey<Long> FALLBACK_FREE_BYTES =
      ConfigKey.bytes(
          "fallback.free_bytes",
          64 * MIB,
          0,
          TIB,
          "The log takes no new file that would leave less than this free on its file system.");

  static final ConfigKey<Long> RETAIN_BLOCKS =
      ConfigKey.number(
          "retain.blocks",
          0,
          0,
          Long.MAX_VALUE,
          "How many of the last blocks are kept, with transactions, results, logs and what finds",
          "them; older ones are deleted in the background. 0 keeps all. As many are kept as",
          "history.blocks needs, should that be more. The state stays whole either way.");

  static final ConfigKey<Long> RETAIN_NODE_BLOCKS =
      ConfigKey.number(
          "retain.node_blocks",
          0,
          0,
          Long.MAX_VALUE,
          "How many of its own blocks the node may not delete; 0 for as many as retain.blocks",
          "says, which lets it delete none where that is 0 too.");

  static final ConfigKey<Long> HISTORY_BLOCKS =
      ConfigKey.number(
          "history.blocks",
          StateHistory.DEFAULT_BLOCKS,
          0,
          Long.MAX_VALUE,
          "As of how many heights below the last one the state can be read (height in a query),",
          "and how far varve rollback can go back. Takes about as much disk as the values that",
          "these blocks replaced or deleted; 0 keeps none. A larger number reaches back as blocks",
          "are added, not at once.");

  static final ConfigKey<Long> START_WARM_UP_MILLIS =
      ConfigKey.number(
          "start.warm_up_millis",
          15_000,
          0,
          60_000,
          "How long at most throw-away blocks are executed before the node is served, so that its",
          "first blocks are as fast as later ones. Ends when Java has compiled what they need;",
          "0 to start at once.");

  static final ConfigKey<String> LOG_LEVEL =
      ConfigKey.oneOf(
          "log.level",
          "info",
          List.of("error", "warn", "info", "debug", "trace"),
          "Least serious message that is logged: error, warn, info, debug or trace.");

  private static final List<ConfigKey<?>> CHAIN =
      List.of(
          ABCI_ADDRESS,
          ABCI_TRANSPORT,
          ABCI_MAX_MESSAGE_BYTES,
          MEMORY_BYTES,
          SYNC_PERIOD_SECONDS,
          DISK_STORE,
          DISK_PATH,
          DISK_CLUSTER,
          DISK_DATABASE_SUFFIX,
          DISK_BLOCK_CACHE_BYTES,
          DISK_WAL_BYTES,
          DISK_BACKGROUND_JOBS,
          DISK_POLICY,
          FALLBACK_PATH,
          FALLBACK_BYTES,
          FALLBACK_SEGMENT_BYTES,
          FALLBACK_FREE_BYTES,
          RETAIN_BLOCKS,
          RETAIN_NODE_BLOCKS,
          HISTORY_BLOCKS);

  private static final List<ConfigKey<?>> PROCESS = List.of(START_WARM_UP_MILLIS, LOG_LEVEL);

  static final List<ConfigKey<?>> ALL =
      Stream.of(CHAIN, GatewayKeys.ALL, PROCESS).<ConfigKey<?>>flatMap(List::stream).toList();

  private ConfigKeys() {}

  private static String databaseSuffix(String value) {
    ConfigKey.require(value.matches("[A-Za-z0-9_]{0,16}"));
    return value;
  }

  private static String abciAddress(String value) {
    if (value.startsWith("unix://")) {
      // sun_path of a Unix socket address holds 108 bytes with its final zero, see unix(7).
      int length = value.length() - "unix://".length();
      ConfigKey.require(length > 0 && length < 108);
    } else {
      ConfigKey.require(value.startsWith("tcp://"));
      hostPort(value.substring("tcp://".length()));
    }
    return value;
  }

  static String folder(String value) {
    ConfigKey.require(!value.isBlank() && value.indexOf('\0') < 0);
    return value;
  }

  static void hostPort(String value) {
    try {
      URI uri = new URI("x://" + value);
      ConfigKey.require(uri.getHost() != null && uri.getPort() > 0 && uri.getPort() < 65536);
      ConfigKey.require(uri.getUserInfo() == null && uri.getPath().isEmpty());
      ConfigKey.require(uri.getQuery() == null && uri.getFragment() == null);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("no address: " + value, e);
    }
  }
}
