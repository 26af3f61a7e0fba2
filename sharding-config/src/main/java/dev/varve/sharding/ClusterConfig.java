package dev.varve.sharding;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A validated cluster.yaml: which databases there are, and what lies in which.
 *
 * <p>Groups are in the order execution, chain; sources are named once each. Immutable.
 *
 * @param file where it was read from
 * @param primaryPool pool of each primary
 * @param replicaPool pool of each replica
 * @param groups one or two; together they hold each record type once
 * @param trimAfterReplicas how many replicas of each primary must have a block before the log lets
 *     it go
 * @param sinkDatabase database for the views of CometBFT's event sink; empty for none
 */
public record ClusterConfig(
    Path file,
    Pool primaryPool,
    Pool replicaPool,
    List<Group> groups,
    int trimAfterReplicas,
    Optional<String> sinkDatabase) {

  public ClusterConfig {
    groups = List.copyOf(groups);
  }

  /**
   * Reads and validates a file, and the secrets that it names.
   *
   * @throws ClusterConfigException one sentence: file and line, path, value, what is allowed
   */
  public static ClusterConfig load(Path file) {
    return load(file, System::getenv);
  }

  /** As {@link #load(Path)}, with {@code environment} to look variables up in (null: not set). */
  public static ClusterConfig load(Path file, UnaryOperator<String> environment) {
    return new ClusterParser(file, environment).parse();
  }

  /**
   * The same cluster with every database renamed, as for validators that share servers.
   *
   * @param suffix put behind the name of each database, such as {@code _1}
   */
  public ClusterConfig withDatabaseSuffix(String suffix) {
    return withParts(
        part -> part.withDatabaseSuffix(suffix),
        trimAfterReplicas,
        sinkDatabase.map(name -> name + suffix));
  }

  /** The same primaries without replicas, as to read from them alone. */
  public ClusterConfig withoutReplicas() {
    return withParts(part -> new Part(part.name(), part.primary(), List.of()), 0, sinkDatabase);
  }

  private ClusterConfig withParts(
      UnaryOperator<Part> change, int trimAfter, Optional<String> sink) {
    List<Group> changed =
        groups.stream()
            .map(
                group ->
                    new Group(
                        group.name(),
                        group.records(),
                        group.loadBalancer(),
                        group.shards(),
                        group.parts().stream().map(change).toList()))
            .toList();
    return new ClusterConfig(file, primaryPool, replicaPool, changed, trimAfter, sink);
  }

  /** What a group holds. */
  public enum Records {
    /** Results, logs, state. */
    EXECUTION,
    /** Blocks, transactions. */
    CHAIN
  }

  /** How reads are spread over the replicas of a primary; names of ShardingSphere. */
  public enum LoadBalancer {
    ROUND_ROBIN,
    RANDOM
  }

  /**
   * Databases that hold one or both kinds of records.
   *
   * @param shards actual tables for each sharded table, a multiple of the number of parts
   * @param parts the primaries with their replicas; the position is the number of the part
   */
  public record Group(
      String name, Set<Records> records, LoadBalancer loadBalancer, int shards, List<Part> parts) {
    public Group {
      records = Set.copyOf(records);
      parts = List.copyOf(parts);
    }

    /** Whether tables have their plain names: one primary, one table each. */
    public boolean isPlain() {
      return shards == 1;
    }
  }

  /** A primary with its replicas. */
  public record Part(String name, Source primary, List<Source> replicas) {
    public Part {
      replicas = List.copyOf(replicas);
    }

    private Part withDatabaseSuffix(String suffix) {
      return new Part(
          name,
          primary.withDatabaseSuffix(suffix),
          replicas.stream().map(replica -> replica.withDatabaseSuffix(suffix)).toList());
    }
  }

  /** One database on one server. */
  public record Source(
      String name,
      String host,
      int port,
      String database,
      String username,
      Secret secret,
      Tls tls) {

    private Source withDatabaseSuffix(String suffix) {
      return new Source(name, host, port, database + suffix, username, secret, tls);
    }

    /** Host and port, as messages name it. */
    public String address() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /** URL without parameters. */
    String url() {
      return "jdbc:mysql://" + address() + "/" + database;
    }
  }

  /** A password, which no message shows. */
  public record Secret(String value) {
    @Override
    public String toString() {
      return "(secret)";
    }
  }

  /** How the connection is protected; names of Connector/J's sslMode. */
  public enum TlsMode {
    DISABLED,
    PREFERRED,
    REQUIRED,
    VERIFY_CA,
    VERIFY_IDENTITY
  }

  /**
   * Protection of the connection.
   *
   * @param caFile certificates in PEM form that the server's must be signed by; without it those
   *     that Java trusts
   */
  public record Tls(TlsMode mode, Optional<Path> caFile) {}

  /**
   * A pool of connections; all times in milliseconds.
   *
   * @param connectionTimeoutMs longest wait for a connection of the pool
   * @param connectTimeoutMs longest wait for a server to accept a connection
   * @param socketTimeoutMs longest wait for an answer, after which the connection is given up
   */
  public record Pool(
      int maxPoolSize,
      int minPoolSize,
      int connectionTimeoutMs,
      int connectTimeoutMs,
      int socketTimeoutMs,
      int idleTimeoutMs,
      int maxLifetimeMs) {}
}
