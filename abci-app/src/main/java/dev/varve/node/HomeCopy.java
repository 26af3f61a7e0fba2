package dev.varve.node;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.copy.StoreCopy;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.CopyTotal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Copies the chain of a home or of databases into another home or other databases: first all
 * records of the store, which are read back, then the blocks that only the fallback log has. Broken
 * off, it goes on when it is run again; until it is done the target is refused by nodes. Not
 * thread-safe.
 */
public final class HomeCopy {
  private static final int GROUP_BLOCKS = 64;
  private static final long GROUP_TXS = 5000;

  private final Path from;
  private final Path to;
  private final Consumer<String> progress;

  /**
   * A part of the target.
   *
   * @param name what it is and where
   * @param resumed whether some of it was there from an earlier run
   * @param totals how many records of each type, with the sum of their checksums
   */
  public record Part(String name, boolean resumed, List<CopyTotal> totals) {
    public Part {
      totals = List.copyOf(totals);
    }
  }

  /**
   * What was done; source and target were compared.
   *
   * @param height the last block of the store that was copied
   * @param logged how many blocks followed from the fallback log
   * @param lastHeight the last block of the target
   * @param appHash the state's after that block, hexadecimal
   */
  public record Report(
      String chainId, long height, long logged, long lastHeight, String appHash, List<Part> parts) {
    public Report {
      parts = List.copyOf(parts);
    }
  }

  /**
   * A copy that did not begin.
   *
   * @param from a home or a cluster.yaml
   * @param to a home or a cluster.yaml
   * @param progress told what is copied now
   */
  public HomeCopy(Path from, Path to, Consumer<String> progress) {
    this.from = from.toAbsolutePath().normalize();
    this.to = to.toAbsolutePath().normalize();
    this.progress = progress;
  }

  /**
   * Copies.
   *
   * @throws ConfigException when a place is none, or both are the same
   * @throws NodeException when a node runs, the source has no blocks or is damaged, or the target
   *     holds something else
   * @throws StorageException when a store cannot be read or written
   */
  public Report run() {
    if (from.equals(to)) {
      throw new ConfigException("source and target are the same, " + from);
    }
    StorePlace source = StorePlace.of(from);
    StorePlace target = StorePlace.of(to);
    List<HomeLock> locks = new ArrayList<>();
    try {
      lock(source, locks);
      lock(target, locks);
      return run(source, target);
    } catch (StorageException.Corruption e) {
      throw new NodeException("the copy ended, as something is damaged: " + e.getMessage(), e);
    } finally {
      locks.forEach(HomeLock::close);
    }
  }

  private static void lock(StorePlace place, List<HomeLock> locks) {
    if (place instanceof StorePlace.OfHome home) {
      locks.add(HomeLock.acquire(home.home().lockFile()));
    }
  }

  private Report run(StorePlace from, StorePlace to) {
    try (CopySource source = CopySource.open(from)) {
      long last = source.require();
      try (CopyTarget target = CopyTarget.open(to, from, source)) {
        return copy(source, target, last);
      }
    }
  }

  private Report copy(CopySource source, CopyTarget target, long last) {
    String chainId = source.chainId();
    List<StoreCopy> copies = new ArrayList<>();
    for (CopyTarget.Part part : target.parts()) {
      copies.add(new StoreCopy(part.source(), part.target(), chainId, progress));
    }
    copies.forEach(StoreCopy::requireTarget);
    List<Part> done = new ArrayList<>();
    for (int i = 0; i < copies.size(); i++) {
      StoreCopy copy = copies.get(i);
      List<CopyTotal> totals = copy.run();
      done.add(new Part(target.parts().get(i).target().name(), copy.isResumed(), totals));
    }
    // Has the stores see what was written.
    target.parts().forEach(part -> part.target().applied());
    follow(source, target.store(), last);
    copies.forEach(StoreCopy::finish);
    AppliedHeight now = target.store().applied();
    return new Report(
        chainId,
        source.height(),
        last - source.height(),
        now.getHeight(),
        VarveNode.hex(now.getAppHash()),
        done);
  }

  /** Gives the target what only the log has. */
  private void follow(CopySource source, DiskStore target, long last) {
    List<BlockBatch> group = new ArrayList<>();
    long[] txs = {0};
    source.visitLog(
        batch -> {
          if (batch.height() > target.applied().getHeight()) {
            progress.accept("copying the fallback log: " + batch.height() + " of " + last);
            group.add(batch);
            txs[0] += batch.txs().size();
          }
          if (group.size() >= GROUP_BLOCKS || txs[0] >= GROUP_TXS) {
            target.apply(List.copyOf(group));
            group.clear();
            txs[0] = 0;
          }
        });
    if (!group.isEmpty()) {
      target.apply(List.copyOf(group));
    }
    AppliedHeight now = target.applied();
    ByteString due = appHash(source, last);
    if (now.getHeight() != last || !now.getAppHash().equals(due)) {
      throw new NodeException(
          String.format(
              "the target ends with block %d, app hash %s; the source with block %d, app hash %s",
              now.getHeight(), VarveNode.hex(now.getAppHash()), last, VarveNode.hex(due)));
    }
  }

  private static ByteString appHash(CopySource source, long height) {
    ByteString[] hash = {source.records().applied().getAppHash()};
    source.visitLog(
        batch -> hash[0] = batch.height() == height ? batch.block().getAppHash() : hash[0]);
    return hash[0];
  }
}
