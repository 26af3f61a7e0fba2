package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.BlockOrder;
import dev.varve.storage.record.AppliedHeight;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Applies blocks to the groups: runs of them, one transaction a group, execution first.
 *
 * <p>Threads: one at a time, under the store's lock.
 */
final class BlockWriter {
  // The META record of the ledger with the chain's name.
  private static final String CHAIN_ID = "ledger.chain_id";

  private final List<Group> groups;
  private final StoreState state;
  private final SqlStoreConfig config;
  private final Checksums checksums = new Checksums();
  private boolean moved;

  /** {@code groups}: in the order in which they are written. */
  BlockWriter(List<Group> groups, StoreState state, SqlStoreConfig config) {
    this.groups = groups;
    this.state = state;
    this.config = config;
  }

  /** Whether a group was found to hold something else than was known; asked once. */
  boolean takeMoved() {
    boolean taken = moved;
    moved = false;
    return taken;
  }

  private String store() {
    return "SQL cluster of home " + config.homeId();
  }

  /**
   * Applies those that the store lacks, and compares the others.
   *
   * @param written told the height of each run when all groups have it
   */
  void apply(List<BlockBatch> batches, LongConsumer written) {
    List<BlockBatch> fresh = requireOrder(batches);
    for (BlockBatch batch : batches.subList(0, batches.size() - fresh.size())) {
      compare(groups.get(groups.size() - 1), new BlockRows(batch, checksums));
    }
    if (!fresh.isEmpty()) {
      requireNoGap(fresh.get(0));
      String chain = chainId(fresh.get(0));
      groups.forEach(group -> group.claim(config, chain));
    }
    int next = 0;
    while (next < fresh.size()) {
      List<BlockRows> run = new ArrayList<>();
      long rows = 0;
      long bytes = 0;
      do {
        BlockRows block = new BlockRows(fresh.get(next++), checksums);
        run.add(block);
        rows += block.rows();
        bytes += block.bytes();
      } while (next < fresh.size() && rows < config.runRows() && bytes < config.runBytes());
      write(run);
      written.accept(run.get(run.size() - 1).height());
    }
  }

  /** As the first block of a chain brings it along; empty with another one. */
  private static String chainId(BlockBatch first) {
    ByteString name = first.meta().get(CHAIN_ID);
    return name == null ? "" : name.toStringUtf8();
  }

  /** The blocks above the applied height, which must follow it and each other. */
  private List<BlockBatch> requireOrder(List<BlockBatch> batches) {
    AppliedHeight applied = state.applied();
    AppliedHeight last = applied;
    int known = 0;
    for (int i = 0; i < batches.size(); i++) {
      BlockBatch batch = batches.get(i);
      boolean any = last.getHeight() != 0;
      if (any && known == i && batch.height() <= applied.getHeight()) {
        known++;
        continue;
      }
      if (any && batch.height() != last.getHeight() + 1) {
        throw BlockOrder.outOfOrder(store(), batch, last);
      }
      last = batch.marker();
    }
    return batches.subList(known, batches.size());
  }

  /** A part that lost all its blocks must not begin anew in the middle of the chain. */
  private void requireNoGap(BlockBatch next) {
    long first = state.firstBlock();
    if (state.height() == 0 && first != StoreState.NONE && next.height() != first) {
      throw new StorageException.Unavailable(
          String.format(
              "%s has a part without any block, while others hold blocks from %d on: fill it from"
                  + " another store first, block %d does not follow",
              store(), first, next.height()),
          null);
    }
  }

  /** Compares a block with what a group holds of it. */
  private void compare(Group group, BlockRows block) {
    AppliedHeight before =
        group
            .access()
            .read(true, connection -> Marker.at(connection, 0, block.height()))
            .orElseThrow(() -> BlockOrder.notComparable(store(), block.batch()));
    BlockOrder.requireSame(store(), before, block.marker());
  }

  private void write(List<BlockRows> run) {
    long first = state.historyFirstWith(run.get(0).height());
    AppliedHeight last = run.get(run.size() - 1).marker();
    for (Group group : groups) {
      write(group, run, first);
    }
    state.written(run.get(0).height(), last, first);
  }

  private void write(Group group, List<BlockRows> run, long first) {
    long held = group.marker().getHeight();
    List<BlockRows> missing = new ArrayList<>();
    for (BlockRows block : run) {
      if (held != 0 && block.height() <= held) {
        compare(group, block);
      } else {
        missing.add(block);
      }
    }
    if (missing.isEmpty()) {
      return;
    }
    AppliedHeight last = missing.get(missing.size() - 1).marker();
    boolean isRepeated = group.highest() >= missing.get(0).height();
    group.replicas().writing(Math.max(group.highest(), last.getHeight()));
    group
        .access()
        .write(
            connection -> {
              List<AppliedHeight> now = Marker.last(connection, group.parts());
              if (!now.equals(group.markers())) {
                moved = true;
                throw moved(group, now);
              }
              if (group.tables().holdsExecution()) {
                ExecutionRows.write(connection, missing, first, isRepeated);
                if (first == StoreState.NONE) {
                  long floor = missing.get(missing.size() - 1).batch().commitmentFloor();
                  Group.deleteRange(connection, "commitments", "height", 0, floor);
                }
              }
              if (group.tables().holdsChain()) {
                ChainRows.write(connection, missing);
              }
              Marker.write(connection, group.parts(), missing);
              return null;
            });
    group.written(last);
  }

  private static StorageException.Unavailable moved(Group group, List<AppliedHeight> now) {
    return new StorageException.Unavailable(
        String.format(
            "%s holds blocks up to %s, it held them up to %s: it was changed by somebody else, and"
                + " is looked at anew",
            group.name(), heights(now), heights(group.markers())),
        null);
  }

  private static List<Long> heights(List<AppliedHeight> markers) {
    return markers.stream().map(AppliedHeight::getHeight).toList();
  }
}
