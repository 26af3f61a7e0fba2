package dev.varve.node;

import dev.varve.sharding.Cluster;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.disk.sql.ClusterAudit;
import dev.varve.storage.disk.sql.ClusterOwner;
import dev.varve.storage.disk.sql.ClusterRepair;
import dev.varve.storage.disk.sql.SqlFault;
import dev.varve.storage.disk.sql.SqlGroup;
import dev.varve.storage.disk.sql.SuppliedBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Fills in what the cluster of a home lacks: from the rows that are left, the fallback log, the
 * node's own disk, and a CometBFT node. Not thread-safe.
 */
public final class HomeRepair {
  private final NodeHome home;
  private final NodeConfig config;
  private final Consumer<String> progress;

  /** Blocks of a CometBFT node. */
  @FunctionalInterface
  public interface NodeBlocks {
    /**
     * A block with its results.
     *
     * @throws NodeException when the node does not have it, or does not answer
     */
    SuppliedBlock block(long height);
  }

  /**
   * What was done.
   *
   * @param found what was wrong, in words
   * @param fromTables blocks put together from rows that were left and the node's own disk
   * @param fromLog blocks of the fallback log
   * @param fromNode blocks of the CometBFT node
   * @param records rows of other tables that were written anew
   * @param left what is wrong still, in words
   * @param notes what is worth knowing but is not wrong
   */
  public record Report(
      List<String> found,
      int fromTables,
      int fromLog,
      int fromNode,
      int records,
      List<String> left,
      List<String> notes) {
    public Report {
      found = List.copyOf(found);
      left = List.copyOf(left);
      notes = List.copyOf(notes);
    }
  }

  /**
   * A repair that was not run yet.
   *
   * @param progress told what is read or written now
   */
  public HomeRepair(NodeHome home, NodeConfig config, Consumer<String> progress) {
    this.home = home;
    this.config = config;
    this.progress = progress;
  }

  /**
   * Mends what can be mended.
   *
   * @param node where blocks are taken from that nothing else has
   * @param dryRun only tells what is wrong
   * @throws NodeException when the node runs, or the home is on no cluster
   * @throws StorageException when a database does not answer
   */
  public Report run(Optional<NodeBlocks> node, boolean dryRun) {
    home.requireFormat();
    if (!config.disk().store().equals("mysql")) {
      throw new ConfigException(
          home.path()
              + " has disk.store \""
              + config.disk().store()
              + "\": only a cluster (mysql) is mended; varve check tells what to do about others");
    }
    try (HomeLock lock = HomeLock.acquire(home.lockFile());
        RocksDbStore ledger =
            StoreMarks.requireFinished(StoredChain.openLedger(config), home.path().toString());
        Cluster cluster = Cluster.open(databases().databases().orElseThrow())) {
      List<SqlGroup> groups = ClusterGroups.of(cluster);
      requireOurs(groups);
      ClusterAudit audit = new ClusterAudit(groups, ledger.records(), progress);
      long initial = StoredChain.of(ledger).initialHeight();
      return run(new ClusterRepair(audit, initial), audit, initial, node, dryRun);
    } catch (StorageException.Corruption e) {
      throw new NodeException(
          "the cluster cannot be mended, as the node's own store is damaged: " + e.getMessage(), e);
    }
  }

  private StorePlace.OfHome databases() {
    return new StorePlace.OfHome(home, config);
  }

  private void requireOurs(List<SqlGroup> groups) {
    Optional<String> owner = ClusterOwner.of(groups);
    if (owner.filter(home.id()::equals).isEmpty()) {
      throw new NodeException(
          "the databases belong to "
              + owner.map(id -> "home " + id).orElse("no home")
              + ", "
              + home.path()
              + " is home "
              + home.id());
    }
  }

  private Report run(
      ClusterRepair repair,
      ClusterAudit audit,
      long initial,
      Optional<NodeBlocks> node,
      boolean dryRun) {
    ClusterAudit.Report read = repair.find();
    List<String> notes = new ArrayList<>();
    if (!read.isStateCompared()) {
      notes.add(
          "the cluster has blocks that the node's own store lacks: start and stop the node once,"
              + " and do this again for state, history, commitments and names");
    }
    List<String> found = words(repair.faults());
    if (dryRun || found.isEmpty()) {
      return new Report(found, 0, 0, 0, 0, found, notes);
    }
    int fromLog = mendFromLog(repair);
    TreeMap<Long, String> why = new TreeMap<>();
    int fromTables = 0;
    int fromNode = 0;
    for (long height : new TreeSet<>(repair.blocks())) {
      progress.accept("mending block " + height);
      Optional<String> missing = repair.mendBlock(height, Optional.empty());
      if (missing.isEmpty()) {
        fromTables++;
      } else if (node.isEmpty()) {
        why.put(height, missing.get() + "; give --node");
      } else {
        missing = mendFromNode(repair, height, node.get());
        missing.ifPresent(text -> why.put(height, text));
        fromNode += missing.isEmpty() ? 1 : 0;
      }
    }
    progress.accept("mending state, history, commitments, names and locations");
    int records = repair.mendRecords().size();
    List<String> left = new ArrayList<>();
    why.forEach((height, text) -> left.add("block " + height + ": " + text));
    audit.run(initial, fault -> left.add(StoreCheck.words(fault)));
    return new Report(found, fromTables, fromLog, fromNode, records, left, notes);
  }

  private static List<String> words(List<SqlFault> faults) {
    return faults.stream().map(StoreCheck::words).toList();
  }

  private int mendFromLog(ClusterRepair repair) {
    Set<Long> wanted = repair.blocks();
    int[] mended = {0};
    if (!wanted.isEmpty()) {
      new StoredLog(config)
          .visit(
              (batch, file, offset) -> {
                if (wanted.contains(batch.height())) {
                  progress.accept("mending block " + batch.height());
                  Optional<SuppliedBlock> block = Optional.of(SuppliedBlock.of(batch));
                  mended[0] += repair.mendBlock(batch.height(), block).isEmpty() ? 1 : 0;
                }
              });
    }
    return mended[0];
  }

  private static Optional<String> mendFromNode(ClusterRepair repair, long height, NodeBlocks node) {
    SuppliedBlock block;
    try {
      block = node.block(height);
    } catch (NodeException e) {
      return Optional.of(e.getMessage());
    }
    return repair.mendBlock(height, Optional.of(block));
  }
}
