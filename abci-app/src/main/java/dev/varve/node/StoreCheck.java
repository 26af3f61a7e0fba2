package dev.varve.node;

import com.google.protobuf.ByteString;
import dev.varve.ledger.HeaderHash;
import dev.varve.ledger.Transactions;
import dev.varve.ledger.commitment.StateCommitment;
import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.ChainFloor;
import dev.varve.storage.disk.sql.ClusterAudit;
import dev.varve.storage.disk.sql.SqlFault;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.BlockSeal;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.TxResult;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Reads every record of a store and compares them with each other: heights without a gap,
 * transactions with results, logs and hash index, the app hash with the state; then the checksum of
 * all that this did not read. Not for several threads.
 */
final class StoreCheck {
  private static final ByteString FIRST_KEY = ByteString.EMPTY;
  private static final ByteString PAST_LAST_KEY =
      ByteString.copyFrom(new byte[] {(byte) 0xff, (byte) 0xff});

  private final StoredChain chain;
  private final DiskStore store;
  private final Findings findings;
  private final String remedy;
  private final String clusterRemedy;
  private final Consumer<String> progress;
  private long initial;
  private long first;
  private long last;
  private long blocks;
  private long transactions;
  private long keys;

  /**
   * A check that was not run yet.
   *
   * @param remedy what to do about damage
   * @param clusterRemedy what to do about damage in the databases, where there are any
   * @param progress told what is read now
   */
  StoreCheck(
      StoredChain chain,
      Findings findings,
      String remedy,
      String clusterRemedy,
      Consumer<String> progress) {
    this.clusterRemedy = clusterRemedy;
    this.chain = chain;
    this.store = chain.store();
    this.findings = findings;
    this.remedy = remedy;
    this.progress = progress;
  }

  /** Checks everything; returns the commitment to the state, null where it cannot be had. */
  StateCommitment run() {
    AppliedHeight applied = store.applied();
    initial = guard("meta ledger.initial_height", chain::initialHeight).orElse(1L);
    guard("meta " + ChainFloor.NAME, () -> store.meta(ChainFloor.NAME));
    first = Math.max(initial, store.chainFloor());
    last = applied.getHeight();
    if (chain.databases().isPresent()) {
      checkCluster(chain.databases().get());
    } else {
      for (long height = first; height <= last && !findings.full(); height++) {
        checkBlock(height, applied);
        progress.accept("block " + height + " of " + last);
      }
    }
    for (long at = store.historyFloor(); at <= last && !findings.full(); at++) {
      checkHistory(at);
    }
    progress.accept("deletions");
    guard("deletions", this::checkDeletions);
    progress.accept("state");
    checkState();
    if (findings.full()) {
      return null;
    }
    // Throws Corruption when state and commitment do not give the app hash on record.
    StateCommitment commitment =
        guard("app hash", () -> StateCommitment.restore(new ReadOnlyEngine(store))).orElse(null);
    progress.accept("all records");
    guard("records", this::checkRecords);
    return commitment;
  }

  /** What nothing has led to so far: markers, names, what is below a floor or of no block. */
  private boolean checkRecords() {
    store.verifyRecords(
        damage -> {
          if (!findings.tells(damage.getMessage())) {
            problem("records: " + damage.getMessage());
          }
        });
    return true;
  }

  long firstHeight() {
    return first;
  }

  long lastHeight() {
    return last;
  }

  long blocks() {
    return blocks;
  }

  long transactions() {
    return transactions;
  }

  long keys() {
    return keys;
  }

  /** All that lies in the databases; the rest is on the node's own disk. */
  private void checkCluster(StoredChain.Databases databases) {
    ClusterAudit.Report report =
        new ClusterAudit(databases.groups(), databases.ledger(), progress)
            .run(
                initial,
                fault -> {
                  if (!findings.full()) {
                    findings.problem(words(fault), clusterRemedy);
                  }
                });
    blocks = report.blocks();
    transactions = report.transactions();
    if (!report.isStateCompared()) {
      findings.note(
          "the cluster has blocks above "
              + last
              + ", the last one in the node's own store: state, history and commitments in the"
              + " cluster were not compared");
    }
  }

  static String words(SqlFault fault) {
    String block = fault.height() == 0 ? "" : " of block " + fault.height();
    return "table " + fault.table() + " in the cluster" + block + ": " + fault.what();
  }

  private void checkBlock(long height, AppliedHeight applied) {
    Optional<Optional<BlockRecord>> read = guard("block " + height, () -> store.block(height));
    if (read.isEmpty()) {
      return;
    }
    if (read.get().isEmpty()) {
      problem("block " + height + " is missing");
      return;
    }
    BlockRecord block = read.get().get();
    blocks++;
    if (block.getHeight() != height) {
      problem("block " + height + " says it is block " + block.getHeight());
    }
    if (height == applied.getHeight()) {
      requireEqual("block hash", height, block.getHash(), applied.getBlockHash());
      requireEqual("app hash", height, block.getAppHash(), applied.getAppHash());
    }
    checkSeal(block);
    int slices = (block.getTxCount() + DiskStore.SLICE_LENGTH - 1) / DiskStore.SLICE_LENGTH;
    for (int slice = 0; slice < slices && !findings.full(); slice++) {
      checkSlice(block, height, slice);
    }
  }

  private void checkSeal(BlockRecord block) {
    String what = "header of block " + block.getHeight();
    Optional<BlockSeal> seal =
        guard(what, () -> store.seal(block.getHeight())).orElse(Optional.empty());
    if (seal.isEmpty()) {
      return;
    }
    ByteString hash = HeaderHash.of(seal.get().getHeader());
    if (!hash.equals(block.getHash())) {
      problem(
          what
              + " hashes to "
              + VarveNode.hex(hash)
              + ", the block to "
              + VarveNode.hex(block.getHash()));
    }
    if (!seal.get().getCommit().getBlockId().getHash().equals(block.getHash())) {
      problem(what + " comes with the commit of another block");
    }
  }

  private void checkHistory(long height) {
    progress.accept("history of block " + height + " of " + last);
    guard(
        "history of block " + height,
        () -> {
          store.verifyHistory(height);
          return true;
        });
  }

  private boolean checkDeletions() {
    store.verifyDeletions(
        damage -> {
          if (!findings.full()) {
            problem("deletions: " + damage.getMessage());
          }
        });
    return true;
  }

  private void requireEqual(String what, long height, ByteString block, ByteString applied) {
    if (!block.equals(applied)) {
      problem(
          "the store's last height "
              + height
              + " has "
              + what
              + " "
              + VarveNode.hex(applied)
              + ", its block record has "
              + VarveNode.hex(block));
    }
  }

  private void checkSlice(BlockRecord block, long height, int slice) {
    int from = slice * DiskStore.SLICE_LENGTH;
    int count = Math.min(DiskStore.SLICE_LENGTH, block.getTxCount() - from);
    String place = "of block " + height + ", " + from + " to " + (from + count - 1);
    List<ByteString> txs = list("transactions " + place, () -> store.transactions(height, slice));
    List<TxResult> results = list("results " + place, () -> store.results(height, slice));
    List<?> logs = list("logs " + place, () -> store.logs(height, slice));
    requireCount("transactions " + place, txs, count);
    requireCount("results " + place, results, count);
    requireCount("logs " + place, logs, count);
    if (txs == null || results == null) {
      return;
    }
    for (int i = 0; i < Math.min(txs.size(), results.size()) && !findings.full(); i++) {
      transactions++;
      checkIndex(txs.get(i), height, from + i, results.get(i).getCode() == 0);
    }
  }

  private <T> List<T> list(String what, Supplier<List<T>> read) {
    return guard(what, read).orElse(null);
  }

  private void requireCount(String what, List<?> items, int count) {
    if (items != null && items.size() != count) {
      problem(
          items.isEmpty()
              ? what + " are missing"
              : what + ": " + items.size() + " are there instead of " + count);
    }
  }

  /**
   * The index leads to the last inclusion that succeeded, else to the last one. One that succeeded
   * and was dropped leaves a later failure without an entry.
   */
  private void checkIndex(ByteString tx, long height, int index, boolean success) {
    ByteString hash = Transactions.hash(tx);
    String what = "index of transaction " + VarveNode.hex(hash);
    Optional<Optional<TxLocation>> read = guard(what, () -> store.locate(hash));
    if (read.isEmpty()) {
      return;
    }
    boolean hidden =
        !success
            && read.get().map(at -> at.getHeight() < store.chainFloor()).orElse(first > initial);
    if (hidden) {
      return;
    }
    if (read.get().isEmpty()) {
      problem(what + " is missing; it stands in block " + height + " at " + index);
      return;
    }
    TxLocation location = read.get().get();
    if (location.getHeight() == height && location.getIndex() == index) {
      if (location.getSuccess() != success) {
        problem(what + " says success " + location.getSuccess() + ", its result says " + success);
      }
      return;
    }
    boolean later =
        location.getHeight() > height
            || (location.getHeight() == height && location.getIndex() > index);
    boolean mayDiffer = success ? later && location.getSuccess() : later || location.getSuccess();
    if (!mayDiffer || !isAt(tx, location)) {
      problem(
          what
              + " leads to block "
              + location.getHeight()
              + " at "
              + location.getIndex()
              + "; it stands in block "
              + height
              + " at "
              + index);
    }
  }

  private boolean isAt(ByteString tx, TxLocation location) {
    int slice = location.getIndex() / DiskStore.SLICE_LENGTH;
    int index = location.getIndex() % DiskStore.SLICE_LENGTH;
    try {
      List<ByteString> txs = store.transactions(location.getHeight(), slice);
      return index < txs.size() && txs.get(index).equals(tx);
    } catch (StorageException.Corruption e) {
      // Reported when its own block is read.
      return true;
    }
  }

  private void checkState() {
    guard(
        "state",
        () -> {
          store.scanState(
              FIRST_KEY,
              PAST_LAST_KEY,
              (key, state) -> {
                keys++;
                if (state.getHeight() > last) {
                  problem(
                      "key "
                          + VarveNode.hex(key)
                          + " was written in block "
                          + state.getHeight()
                          + ", after the last one, "
                          + last);
                }
                return !findings.full();
              });
          return true;
        });
  }

  private <T> Optional<T> guard(String what, Supplier<T> read) {
    return findings.guard(what, remedy, read);
  }

  private void problem(String text) {
    findings.problem(text, remedy);
  }
}
