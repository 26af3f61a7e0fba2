package dev.varve.node;

import dev.varve.fallback.LogConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * What a node was told to do: every setting of {@code varve.toml} with the defaults filled in and
 * checked. Immutable.
 */
public record NodeConfig(
    Abci abci,
    Memory memory,
    Sync sync,
    Disk disk,
    Fallback fallback,
    Retain retain,
    History history,
    GatewaySettings.Http http,
    GatewaySettings gateway,
    Start start,
    String logLevel) {

  /**
   * The application's end of the connection to the node.
   *
   * @param address {@code tcp://HOST:PORT} or {@code unix:///PATH}
   * @param transport {@code socket} or {@code grpc}
   */
  public record Abci(String address, String transport, int maxMessageBytes) {}

  /** Memory for recent records, outside the Java heap. */
  public record Memory(long bytes) {}

  /**
   * Keeping memory in step with disk.
   *
   * @param period zero for never
   */
  public record Sync(Duration period) {}

  /**
   * The disk store.
   *
   * @param path its folder, absolute
   * @param cluster the file that describes the databases of store {@code mysql}, absolute
   * @param databaseSuffix put behind the name of each of them
   * @param walBytes write-ahead log kept before it is sorted into files
   * @param jobs threads that sort and merge files
   * @param policy {@code behind} or {@code through}
   */
  public record Disk(
      String store,
      Path path,
      Path cluster,
      String databaseSuffix,
      long blockCacheBytes,
      long walBytes,
      int jobs,
      String policy) {}

  /**
   * The log in front of the disk store.
   *
   * @param path its folder, absolute
   * @param bytes the most that its files may take
   * @param freeBytes what it leaves free on its file system
   */
  public record Fallback(Path path, long bytes, int segmentBytes, long freeBytes) {}

  /**
   * How many of the last blocks are kept; 0 keeps all.
   *
   * @param blocks in the disk store
   * @param nodeBlocks by the node
   */
  public record Retain(long blocks, long nodeBlocks) {}

  /**
   * Reading the state as it was.
   *
   * @param blocks as of how many heights below the last one; 0 for none
   */
  public record History(long blocks) {}

  /**
   * What happens before the node is served.
   *
   * @param warmUpFolder where throw-away blocks are written, absolute
   * @param warmUpMillis for how long; 0 for not at all
   */
  public record Start(Path warmUpFolder, long warmUpMillis) {}

  /**
   * Reads the configuration of a home.
   *
   * @param overrides settings that win over the file's, by name such as {@code abci.address}
   * @throws ConfigException when the file is missing or a setting is unknown or not allowed
   */
  public static NodeConfig load(NodeHome home, Map<String, String> overrides) {
    ConfigReader reader = new ConfigReader(home.configFile(), overrides);
    Disk disk = disk(home, reader);
    Fallback fallback = fallback(home, reader);
    if (disk.path().startsWith(fallback.path()) || fallback.path().startsWith(disk.path())) {
      throw reader.refuse(
          ConfigKeys.FALLBACK_PATH,
          reader.get(ConfigKeys.FALLBACK_PATH),
          "a folder apart from disk.path, " + disk.path());
    }
    return new NodeConfig(
        abci(reader),
        new Memory(reader.get(ConfigKeys.MEMORY_BYTES)),
        new Sync(Duration.ofSeconds(reader.get(ConfigKeys.SYNC_PERIOD_SECONDS))),
        disk,
        fallback,
        retain(reader),
        new History(reader.get(ConfigKeys.HISTORY_BLOCKS)),
        GatewaySettings.readHttp(home, reader),
        GatewaySettings.read(home, reader),
        new Start(home.path().resolve("warm-up"), reader.get(ConfigKeys.START_WARM_UP_MILLIS)),
        reader.get(ConfigKeys.LOG_LEVEL));
  }

  private static Retain retain(ConfigReader reader) {
    long blocks = reader.get(ConfigKeys.RETAIN_BLOCKS);
    long nodeBlocks = reader.get(ConfigKeys.RETAIN_NODE_BLOCKS);
    return new Retain(blocks, nodeBlocks == 0 ? blocks : nodeBlocks);
  }

  private static Disk disk(NodeHome home, ConfigReader reader) {
    String store = reader.get(ConfigKeys.DISK_STORE);
    String policy = reader.get(ConfigKeys.DISK_POLICY);
    if (!store.equals("rocksdb") && policy.equals("through")) {
      throw reader.refuse(ConfigKeys.DISK_POLICY, policy, "behind with store " + store);
    }
    return new Disk(
        store,
        home.path().resolve(reader.get(ConfigKeys.DISK_PATH)).normalize(),
        home.path().resolve(reader.get(ConfigKeys.DISK_CLUSTER)).normalize(),
        reader.get(ConfigKeys.DISK_DATABASE_SUFFIX),
        reader.get(ConfigKeys.DISK_BLOCK_CACHE_BYTES),
        reader.get(ConfigKeys.DISK_WAL_BYTES),
        Math.toIntExact(reader.get(ConfigKeys.DISK_BACKGROUND_JOBS)),
        policy);
  }

  private static Fallback fallback(NodeHome home, ConfigReader reader) {
    long bytes = reader.get(ConfigKeys.FALLBACK_BYTES);
    int segmentBytes = Math.toIntExact(reader.get(ConfigKeys.FALLBACK_SEGMENT_BYTES));
    if (bytes < LogConfig.leastBytes(segmentBytes)) {
      throw reader.refuse(
          ConfigKeys.FALLBACK_SEGMENT_BYTES,
          ByteSize.exact(segmentBytes),
          "at most half of fallback.bytes");
    }
    long most = LogConfig.mostBytes(segmentBytes);
    if (bytes > most) {
      throw reader.refuse(
          ConfigKeys.FALLBACK_BYTES,
          ByteSize.exact(bytes),
          String.format(
              "at most %s with fallback.segment_bytes = %s, of which there can be %d",
              ByteSize.exact(most), ByteSize.exact(segmentBytes), most / segmentBytes));
    }
    return new Fallback(
        home.path().resolve(reader.get(ConfigKeys.FALLBACK_PATH)).normalize(),
        bytes,
        segmentBytes,
        reader.get(ConfigKeys.FALLBACK_FREE_BYTES));
  }

  private static Abci abci(ConfigReader reader) {
    String address = reader.get(ConfigKeys.ABCI_ADDRESS);
    String transport = reader.get(ConfigKeys.ABCI_TRANSPORT);
    if (transport.equals("grpc") && address.startsWith("unix:")) {
      throw reader.refuse(ConfigKeys.ABCI_ADDRESS, address, "tcp://HOST:PORT with transport grpc");
    }
    return new Abci(
        address, transport, Math.toIntExact(reader.get(ConfigKeys.ABCI_MAX_MESSAGE_BYTES)));
  }

  /**
   * Requires that a file describes the databases of a cluster, for a home that is still to be made.
   *
   * @throws ConfigException naming file, place, value and what is allowed
   */
  public static void requireCluster(Path file) {
    ClusterDisk.configuration(file);
  }

  /**
   * The text of a new {@code varve.toml}: every key with its meaning; defaults are commented out.
   *
   * @param settings values that differ from the defaults, by name, as strings
   */
  static String template(Map<String, String> settings) {
    StringBuilder out = new StringBuilder(2048);
    out.append(
        "# Configuration of a Varve node. A line that starts with #name shows the default;\n");
    out.append("# take the # away to change it. Read once, at start.\n");
    String section = "";
    for (ConfigKey<?> key : ConfigKeys.ALL) {
      if (!key.section().equals(section)) {
        section = key.section();
        out.append("\n[").append(section).append("]\n");
      }
      key.meaning().forEach(line -> out.append("# ").append(line).append('\n'));
      String value = settings.get(key.name());
      if (value == null) {
        out.append('#').append(key.leaf()).append(" = ").append(key.text()).append('\n');
      } else {
        out.append(key.leaf()).append(" = ").append(key.literal(value)).append('\n');
      }
    }
    return out.toString();
  }
}
