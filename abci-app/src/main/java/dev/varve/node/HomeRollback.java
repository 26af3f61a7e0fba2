package dev.varve.node;

import dev.varve.fallback.FallbackLog;
import dev.varve.fallback.FallbackLogException;
import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageException;
import dev.varve.storage.engine.EngineRollback;
import dev.varve.storage.record.AppliedHeight;
import java.nio.file.Files;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/**
 * Takes the last blocks of a home back whose node does not run. Broken off, the home is whole at a
 * height in between. Not thread-safe.
 */
public final class HomeRollback {
  private final NodeHome home;
  private final NodeConfig config;
  private final LongConsumer progress;

  /**
   * What was done.
   *
   * @param before the last block's height before
   * @param now the last block's height now
   * @param appHash the state's after that block, hexadecimal
   */
  public record Report(long before, long now, String appHash) {}

  /**
   * A rollback that was not run yet.
   *
   * @param progress told heights that are read
   */
  public HomeRollback(NodeHome home, NodeConfig config, LongConsumer progress) {
    this.home = home;
    this.config = config;
    this.progress = progress;
  }

  /**
   * Makes {@code height} the last block's, or without it the one below the last.
   *
   * @throws NodeException when the node runs, there are no blocks, or the height is not one that
   *     can be gone back to; nothing was changed then
   * @throws StorageException when store or log cannot be read or written
   */
  public Report run(OptionalLong height) {
    home.requireFormat();
    HomeLock lock = HomeLock.acquire(home.lockFile());
    try (lock) {
      if (!Files.exists(config.disk().path())) {
        throw new NodeException(home.path() + " has no blocks: there is no " + storePath());
      }
      try (DiskStore store = Wiring.disk(home, config, cluster -> {});
          FallbackLog log = Wiring.diskLog(config)) {
        return run(new EngineRollback(store, log), height);
      }
    } catch (FallbackLogException e) {
      throw new NodeException("blocks cannot be taken back: " + e.getMessage(), e);
    } catch (StorageException.Corruption e) {
      throw new NodeException(
          "blocks cannot be taken back further, as the home is damaged: "
              + e.getMessage()
              + "; varve check tells what else is, and what to do",
          e);
    }
  }

  private Report run(EngineRollback engine, OptionalLong height) {
    long last = engine.last().getHeight();
    if (last == 0) {
      throw new NodeException(home.path() + " has no blocks");
    }
    long lowest = engine.lowest();
    long target = height.orElse(last - 1);
    if (lowest >= last) {
      throw new NodeException(
          "block "
              + last
              + " cannot be taken back: what the state was before it, or the block before it, is"
              + " not kept (history.blocks and retain.blocks in varve.toml)");
    }
    if (target < lowest || target >= last) {
      throw new NodeException(
          "cannot go back to height "
              + target
              + ": the last block is "
              + last
              + ", allowed are "
              + lowest
              + " to "
              + (last - 1));
    }
    AppliedHeight now = engine.to(target, progress);
    return new Report(last, now.getHeight(), VarveNode.hex(now.getAppHash()));
  }

  private String storePath() {
    return config.disk().path().toString();
  }
}
