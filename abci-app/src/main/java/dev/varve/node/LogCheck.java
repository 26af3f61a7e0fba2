package dev.varve.node;

import com.google.protobuf.ByteString;
import dev.varve.ledger.Transactions;
import dev.varve.ledger.commitment.StateCommitment;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * Compares the blocks of a fallback log with each other, with the disk store where it has them too,
 * and with the state: every block that the store lacks must lead to its own app hash. Not
 * thread-safe.
 */
final class LogCheck {
  private final DiskStore store;
  private final Findings findings;
  private final String remedy;
  private final Consumer<String> progress;

  /** The state after the last block seen, null where it is not known. */
  private StateCommitment commitment;

  private long stored;
  private long previous;
  private long blocks;
  private boolean fromFirst;
  private boolean broken;

  /**
   * A check that saw no block yet.
   *
   * @param store null when it cannot be opened
   * @param commitment to the state at the store's last height; null when it cannot be had
   */
  LogCheck(
      DiskStore store,
      StateCommitment commitment,
      Findings findings,
      String remedy,
      Consumer<String> progress) {
    this.store = store;
    this.commitment = commitment;
    this.findings = findings;
    this.remedy = remedy;
    this.progress = progress;
    this.stored = store == null ? 0 : store.applied().getHeight();
  }

  long blocks() {
    return blocks;
  }

  long lastHeight() {
    return previous;
  }

  /** Whether the blocks seen are all there are, from the chain's first one on. */
  boolean holdsWholeChain() {
    return fromFirst && !broken;
  }

  /** Checks the next block. */
  void check(BlockBatch batch, Path file, long offset) {
    if (findings.full()) {
      return;
    }
    long height = batch.height();
    String where = file + " at byte " + offset + ": block " + height;
    progress.accept("block " + height + " of the fallback log");
    blocks++;
    requireToFollow(batch, where);
    previous = height;
    for (int i = 0; i < batch.txs().size() && !findings.full(); i++) {
      ByteString hash = Transactions.hash(batch.txs().get(i));
      if (!hash.equals(batch.txHashes().get(i))) {
        problem(where + " lists transaction " + i + " under another hash than its own");
      }
    }
    if (store != null && height <= stored) {
      if (height >= store.chainFloor()) {
        compare(batch, where);
      }
    } else if (commitment != null) {
      apply(batch, where);
    }
  }

  private void requireToFollow(BlockBatch batch, String where) {
    long height = batch.height();
    // Names are set by a chain's first block, whatever its height.
    fromFirst |= previous == 0 && !batch.meta().isEmpty();
    if (previous != 0 && height != previous + 1) {
      broken = true;
      problem(where + " does not follow block " + previous);
    } else if (previous == 0 && store != null && height > stored + 1) {
      if (stored != 0 || batch.meta().isEmpty()) {
        problem(where + " is the log's first, but the disk store ends with block " + stored);
        commitment = null;
      }
    }
  }

  private void apply(BlockBatch batch, String where) {
    ByteString root = commitment.apply(batch.height(), batch.stateWrites()).root();
    if (!root.equals(batch.block().getAppHash())) {
      problem(
          where
              + " leads to app hash "
              + VarveNode.hex(root)
              + ", on record is "
              + VarveNode.hex(batch.block().getAppHash()));
      commitment = null;
    }
  }

  /** The log keeps its newest blocks after the store has them. */
  private void compare(BlockBatch batch, String where) {
    long height = batch.height();
    try {
      if (!store.block(height).map(batch.block()::equals).orElse(false)
          || !batch.txs().equals(all(batch, slice -> store.transactions(height, slice)))
          || !batch.results().equals(all(batch, slice -> store.results(height, slice)))
          || !batch.logs().equals(all(batch, slice -> store.logs(height, slice)))) {
        problem(where + " is another one than the disk store has");
      }
    } catch (StorageException.Corruption e) {
      // The check of the store has reported it.
      findings.note(where + " is whole here, damaged in the disk store");
    }
  }

  private static <T> List<T> all(BlockBatch batch, IntFunction<List<T>> slices) {
    List<T> all = new ArrayList<>();
    for (int from = 0; from < batch.txs().size(); from += DiskStore.SLICE_LENGTH) {
      all.addAll(slices.apply(from / DiskStore.SLICE_LENGTH));
    }
    return all;
  }

  private void problem(String what) {
    findings.problem(what, remedy);
  }
}
