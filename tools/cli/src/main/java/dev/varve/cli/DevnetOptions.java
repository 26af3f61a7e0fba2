package dev.varve.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * What devnet was asked for; what is null was not asked, and is as the home has it, else the
 * standard.
 *
 * @param home absolute
 * @param cometbft a version, a path, or null
 * @param cluster describes the databases of disk {@code mysql}; absolute
 * @param timeoutCommit pause between blocks; only a new home takes it
 */
record DevnetOptions(
    Path home,
    Integer validators,
    String cometbft,
    String disk,
    Path cluster,
    Integer portBase,
    Duration timeoutCommit,
    String chainId,
    boolean fresh,
    boolean verbose) {
  static final int MAX_VALIDATORS = 20;
  private static final List<String> DISKS = List.of("rocksdb", "leveldb", "mysql");

  DevnetOptions {
    home = home.toAbsolutePath().normalize();
    cluster = cluster == null ? null : cluster.toAbsolutePath().normalize();
    if (validators != null && (validators < 1 || validators > MAX_VALIDATORS)) {
      throw CliException.usage("--validators " + validators + ": must be 1 to " + MAX_VALIDATORS);
    }
    if (disk != null && !DISKS.contains(disk)) {
      throw CliException.usage("--disk " + disk + ": must be one of " + String.join(", ", DISKS));
    }
    if (cluster != null && !"mysql".equals(disk)) {
      throw CliException.usage("--cluster " + cluster + ": is for --disk mysql");
    }
    requireChainId(chainId);
    CometOption.require(cometbft);
    Ports.requireRange(
        Objects.requireNonNullElse(portBase, Ports.STANDARD_BASE),
        Objects.requireNonNullElse(validators, 1));
  }

  /** Checks the name of a new chain; null is none. */
  static void requireChainId(String chainId) {
    if (chainId != null && !chainId.matches("[A-Za-z0-9_.-]{1,50}")) {
      throw CliException.usage(
          "--chain-id "
              + chainId
              + ": must be 1 to 50 letters, digits, dots, hyphens, underscores");
    }
  }

  /** The marker of a new home. */
  DevnetMarker newMarker(String cometVersion) {
    if ("mysql".equals(disk) && cluster == null) {
      throw CliException.usage(
          "--disk mysql needs --cluster, the file that describes the databases");
    }
    return new DevnetMarker(
        DevnetMarker.FORMAT,
        false,
        Objects.requireNonNullElse(chainId, "varve-devnet"),
        Objects.requireNonNullElse(validators, 1),
        Objects.requireNonNullElse(portBase, Ports.STANDARD_BASE),
        Objects.requireNonNullElse(disk, "rocksdb"),
        cluster == null ? null : cluster.toString(),
        cometVersion,
        CometOption.isPath(cometbft) ? Path.of(cometbft).toAbsolutePath().toString() : null);
  }

  /** The same with the ports of the home that is made anew, unless others were asked for. */
  DevnetOptions withPortBaseOf(DevnetMarker marker) {
    return new DevnetOptions(
        home,
        validators,
        cometbft,
        disk,
        cluster,
        portBase == null ? Integer.valueOf(marker.portBase()) : portBase,
        timeoutCommit,
        chainId,
        fresh,
        verbose);
  }

  /**
   * Checks that an existing home is what was asked for.
   *
   * @throws CliException that says what differs
   */
  void requireSame(DevnetMarker marker) {
    requireSame("--validators", validators, marker.validators());
    requireSame("--port-base", portBase, marker.portBase());
    requireSame("--disk", disk, marker.disk());
    requireSame("--cluster", cluster == null ? null : cluster.toString(), marker.cluster());
    requireSame("--chain-id", chainId, marker.chainId());
    if (timeoutCommit != null) {
      throw CliException.usage(
          "--timeout-commit is for a new home and "
              + home
              + " exists; leave it out, or add --fresh to delete the chain there");
    }
  }

  private void requireSame(String option, Object asked, Object is) {
    if (asked != null && !asked.equals(is)) {
      throw CliException.usage(
          option
              + " "
              + asked
              + ": "
              + home
              + " was made with "
              + is
              + "; leave it out, choose another --home, or add --fresh to delete the chain there");
    }
  }

  /**
   * Checks that a node can go on with an existing home.
   *
   * @throws CliException when it is of another line of releases
   */
  void requireSameLine(DevnetMarker marker, String cometVersion) {
    if (!DevnetMarker.line(marker.cometbft()).equals(DevnetMarker.line(cometVersion))) {
      throw CliException.usage(
          home
              + " was made by CometBFT "
              + marker.cometbft()
              + " and this one is "
              + cometVersion
              + ", which keeps its data differently: choose another --home, or add --fresh to"
              + " delete the chain there");
    }
  }
}
