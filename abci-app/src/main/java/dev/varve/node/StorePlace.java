package dev.varve.node;

import dev.varve.sharding.ClusterConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where the records of a chain lie: in a home, or in the databases of a {@code cluster.yaml}. */
sealed interface StorePlace {
  /** A node's folder with its settings. */
  record OfHome(NodeHome home, NodeConfig config) implements StorePlace {
    boolean isOnCluster() {
      return config.disk().store().equals("mysql");
    }

    @Override
    public Optional<ClusterConfig> databases() {
      return isOnCluster() ? Optional.of(ClusterDisk.databases(config.disk())) : Optional.empty();
    }

    @Override
    public String toString() {
      return home.path().toString();
    }
  }

  /** Databases without a home. */
  record OfCluster(Path file, ClusterConfig config) implements StorePlace {
    @Override
    public Optional<ClusterConfig> databases() {
      return Optional.of(config);
    }

    @Override
    public String toString() {
      return file.toString();
    }
  }

  /** The databases, where there are any. */
  Optional<ClusterConfig> databases();

  /**
   * What a path names.
   *
   * @throws ConfigException when it names neither, or settings are not allowed
   */
  static StorePlace of(Path path) {
    if (Files.isDirectory(path)) {
      NodeHome home = new NodeHome(path);
      home.requireFormat();
      return new OfHome(home, NodeConfig.load(home, Map.of()));
    }
    if (Files.isRegularFile(path)) {
      return new OfCluster(path, ClusterDisk.configuration(path));
    }
    throw new ConfigException(
        path + " is neither a home (varve init makes one) nor a file such as cluster.yaml");
  }

  /** Whether two clusters lie in the same databases. */
  static boolean isSame(ClusterConfig one, ClusterConfig other) {
    return primaries(one).equals(primaries(other));
  }

  private static List<String> primaries(ClusterConfig config) {
    return config.groups().stream()
        .flatMap(group -> group.parts().stream())
        .map(part -> part.primary().address() + "/" + part.primary().database())
        .sorted()
        .toList();
  }
}
