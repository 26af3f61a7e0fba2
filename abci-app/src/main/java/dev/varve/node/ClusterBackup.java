package dev.varve.node;

import dev.varve.sharding.ClusterConfig;
import dev.varve.storage.PendingStore;
import dev.varve.storage.pending.SqlPendingConfig;
import dev.varve.storage.pending.SqlPendingStore;
import java.util.function.Supplier;
import javax.sql.DataSource;

/** The uplink's backup that gateways share, in the databases of {@code disk.cluster}. */
final class ClusterBackup implements Supplier<PendingStore> {
  static final String NAME = "cluster";

  private final NodeHome home;
  private final GatewaySettings settings;
  private final Supplier<String> chainId;
  private final DataSource source;

  /**
   * Asks nothing yet.
   *
   * @param chainId whose chain's transactions it holds; may throw {@code UplinkException} while
   *     that is not known
   * @param source connections to the primary that has the uplink's tables
   */
  ClusterBackup(
      NodeHome home, GatewaySettings settings, Supplier<String> chainId, DataSource source) {
    this.home = home;
    this.settings = settings;
    this.chainId = chainId;
    this.source = source;
  }

  /**
   * The databases that are to hold it.
   *
   * @throws ConfigException when they are not described, or not as they must be
   */
  static ClusterConfig databases(NodeConfig.Disk disk) {
    try {
      return ClusterDisk.databases(disk);
    } catch (ConfigException e) {
      throw new ConfigException(
          "gateway.backup = \"cluster\" needs the file that disk.cluster names: " + e.getMessage());
    }
  }

  /** Opens it; errors as of {@link SqlPendingStore#open}. */
  @Override
  public PendingStore get() {
    return SqlPendingStore.open(
        source,
        SqlPendingConfig.of(home.id(), chainId.get())
            .withBoundBytes(settings.backupBytes())
            .withLease(settings.lease()));
  }
}
