package dev.varve.node;

import dev.varve.fallback.Damage;
import dev.varve.ledger.commitment.StateCommitment;
import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads everything that is durable in a home and compares it: the disk store, then the fallback log
 * behind it; not the memory store's log, which no start reads. Changes nothing. Not thread-safe.
 */
public final class HomeCheck {
  /** A check ends after so many: a store this broken is not mended line by line. */
  public static final int MAX_PROBLEMS = 100;

  private static final String VERSION_REMEDY =
      "use the version of Varve that wrote it, and leave the files as they are; where this one is"
          + " the right version, look who changed the marker FORMAT";

  private final NodeHome home;
  private final NodeConfig config;
  private final Consumer<String> progress;
  private final Findings findings = new Findings();

  /**
   * A check that was not run yet.
   *
   * @param progress told what is read now
   */
  public HomeCheck(NodeHome home, NodeConfig config, Consumer<String> progress) {
    this.home = home;
    this.config = config;
    this.progress = progress;
  }

  /**
   * Checks everything; for a home whose node runs, all but its log.
   *
   * @throws NodeException when the store is LevelDB and the node runs
   * @throws StorageException when a store cannot be read any more, for another reason than damage
   */
  public CheckReport run() {
    Optional<HomeLock.Owner> owner = HomeLock.owner(home.lockFile());
    StoredChain opened;
    try {
      opened = StoredChain.open(home, config);
    } catch (StorageException e) {
      // Of a running node's store only damage is told: all else may be the node's doing.
      if (owner.isPresent() && !(e instanceof StorageException.Corruption)) {
        throw e;
      }
      LogCheck log = checkLog(owner, null, null);
      String remedy = remedy(e, log);
      findings.problem("the store cannot be opened: " + e.getMessage(), remedy);
      for (Throwable other : e.getSuppressed()) {
        findings.problem("the store cannot be opened: " + other.getMessage(), remedy);
      }
      return report(null, log);
    }
    try (StoredChain chain = opened) {
      chain.awaitAnswer();
      chain.damage().forEach(damage -> damage(damage, storeFilesRemedy()));
      checkDurable(chain.store());
      StoreCheck store = new StoreCheck(chain, findings, storeRemedy(), clusterRemedy(), progress);
      StateCommitment commitment = store.run();
      LogCheck log = findings.full() ? null : checkLog(owner, chain.store(), commitment);
      return report(store, log);
    }
  }

  /** Null where the log may be in use. */
  private LogCheck checkLog(
      Optional<HomeLock.Owner> owner, DiskStore store, StateCommitment commitment) {
    if (owner.isPresent()) {
      findings.note(
          "the node runs (process "
              + owner.get()
              + "): its fallback log was not read, stop it for that");
      return null;
    }
    LogCheck log = new LogCheck(store, commitment, findings, logRemedy(), progress);
    StoredLog stored = new StoredLog(config);
    try {
      for (Damage damage : stored.visit(log::check).damage()) {
        damage(damage, logRemedy());
      }
    } catch (StorageException.Incompatible e) {
      findings.problem("the fallback log cannot be opened: " + e.getMessage(), VERSION_REMEDY);
    } catch (StorageException e) {
      findings.problem("the fallback log cannot be opened: " + e.getMessage(), logRemedy());
    }
    return log;
  }

  private void checkDurable(DiskStore store) {
    long applied = store.applied().getHeight();
    if (store.durableBefore() > applied) {
      findings.problem(
          String.format(
              "the store held block %d and holds block %d: its files were damaged or cut off",
              store.durableBefore(), applied),
          config.disk().store().equals("leveldb") ? storeRemedy() : storeFilesRemedy());
    }
  }

  private String remedy(StorageException e, LogCheck log) {
    if (e instanceof StorageException.Incompatible) {
      return VERSION_REMEDY;
    }
    if (e instanceof StorageException.Corruption && config.disk().store().equals("mysql")) {
      return clusterRemedy();
    }
    return log != null && log.holdsWholeChain() && findings.problems().isEmpty()
        ? logHoldsAllRemedy()
        : storeRemedy();
  }

  private void damage(Damage damage, String remedy) {
    String text = damage.file() + " at byte " + damage.offset() + ": " + damage.what();
    if (damage.kind() == Damage.Kind.DAMAGED) {
      findings.problem(text, remedy);
    } else {
      findings.note(text + " (when the node starts; nothing that was acknowledged is lost)");
    }
  }

  private CheckReport report(StoreCheck store, LogCheck log) {
    return new CheckReport(
        store == null ? 0 : store.firstHeight(),
        store == null ? 0 : store.lastHeight(),
        store == null ? 0 : store.blocks(),
        store == null ? 0 : store.transactions(),
        store == null ? 0 : store.keys(),
        log == null ? 0 : log.blocks(),
        log == null ? 0 : log.lastHeight(),
        findings.problems(),
        findings.notes());
  }

  private String storeRemedy() {
    String folders = config.disk().path() + " and " + config.fallback().path();
    if (config.disk().store().equals("mysql")) {
      return "stop the node, keep a copy of the home and look for faults of the databases' disks;"
          + " then restore the damaged database from a replica or a backup; or give the home empty"
          + " ones (disk.database_suffix), move "
          + folders
          + " away and start: the node gives all blocks anew, if it still has its first one";
    }
    return "stop the node, keep a copy of the home and look for faults of the disk or of memory"
        + " (dmesg, smartctl); then move "
        + folders
        + " away and start: the node gives all blocks anew, if it still has its first one, else"
        + " make a new home that fetches them from its peers";
  }

  private String storeFilesRemedy() {
    return "keep a copy of the home and look for faults of the disk or of memory (dmesg, smartctl);"
        + " then start: the blocks above are taken from the fallback log, or the node gives them"
        + " again; if it does not start, move "
        + config.disk().path()
        + " and "
        + config.fallback().path()
        + " away first, if the node still has its first block";
  }

  private String clusterRemedy() {
    return "stop the node and run varve store repair --home "
        + home.path()
        + ", with --node and the URL of a CometBFT node of the chain that has these blocks: it"
        + " fills in what is missing from the fallback log, the node's own disk and that node;"
        + " look for faults of the databases' disks";
  }

  private String logHoldsAllRemedy() {
    return "stop the node and keep a copy of the home; then move "
        + config.disk().path()
        + " away, and nothing else, and start: the fallback log holds the whole chain, and a new"
        + " store gets it from there";
  }

  private String logRemedy() {
    return "keep a copy of "
        + config.fallback().path()
        + ", look for faults of the disk or of memory (dmesg, smartctl) and start: the log ends"
        + " before the damage and the node gives the blocks from there anew; if it does not start,"
        + " move that folder away";
  }
}
