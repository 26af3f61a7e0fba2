package dev.varve.ledger;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.varve.abci.types.ExecTxResult;
import dev.varve.ledger.transaction.Envelope;
import dev.varve.ledger.transaction.Operation;
import dev.varve.storage.StateWrite;
import dev.varve.storage.record.TxLog;
import java.util.ArrayList;
import java.util.List;

/** Executes one block's transactions on top of committed state; made anew for each block. */
final class BlockExecutor {
  private static final int SCRATCH_BYTES = 4096;

  private final ReplayGuard guard;
  private final Sha256 sha256 = new Sha256();
  private final long height;
  private final List<ByteString> hashes;
  private final Outcomes outcomes;
  private final WriteSet writes;
  private byte[] scratch = new byte[SCRATCH_BYTES];

  BlockExecutor(ReplayGuard guard, long height, int txCount) {
    this.guard = guard;
    this.height = height;
    this.hashes = new ArrayList<>(txCount);
    this.outcomes = new Outcomes(txCount);
    this.writes = new WriteSet(txCount);
  }

  /** Writes that come before those of the first transaction. */
  void addFirst(List<StateWrite> earlier) {
    earlier.forEach(writes::add);
  }

  void execute(List<ByteString> txs) {
    for (int i = 0; i < txs.size(); i++) {
      execute(txs.get(i));
    }
  }

  private void execute(ByteString tx) {
    if (tx.size() > scratch.length) {
      scratch = new byte[Math.max(tx.size(), 2 * scratch.length)];
    }
    tx.copyTo(scratch, 0);
    ByteString hash = sha256.hash(scratch, tx.size());
    hashes.add(hash);
    Tx decoded = TxDecoder.decode(tx, scratch);
    if (decoded instanceof Tx.Text text) {
      put(text);
    } else if (decoded instanceof Tx.Enveloped enveloped) {
      accept(enveloped.envelope(), hash);
    } else if (decoded instanceof Tx.Undecodable undecodable) {
      outcomes.addFailure(Code.UNDECODABLE, undecodable.reason());
    }
  }

  private void put(Tx.Text text) {
    int length = text.key().size();
    byte[] key = new byte[1 + length];
    key[0] = StateKeys.USER;
    System.arraycopy(scratch, 0, key, 1, length);
    writes.add(key, new StateWrite(UnsafeByteOperations.unsafeWrap(key), text.value(), height));
    outcomes.addPut(text.key());
  }

  private void accept(Envelope envelope, ByteString hash) {
    long validUntil = envelope.getValidUntilHeight();
    Code code = ReplayGuard.judge(validUntil, height);
    ByteString acceptedKey = StateKeys.accepted(validUntil, hash);
    if (code == Code.OK && (writes.contains(acceptedKey) || guard.isAccepted(acceptedKey))) {
      code = Code.REPLAYED;
    }
    if (code != Code.OK) {
      outcomes.addFailure(code, ReplayGuard.describe(code, validUntil, height));
      return;
    }
    writes.add(new StateWrite(acceptedKey, ByteString.EMPTY, height));
    ExecTxResult.Builder response = ExecTxResult.newBuilder();
    TxLog.Builder log = TxLog.newBuilder();
    for (int i = 0; i < envelope.getOperationsCount(); i++) {
      apply(envelope.getOperations(i), response, log);
    }
    outcomes.addOk(response, log);
  }

  private void apply(Operation operation, ExecTxResult.Builder response, TxLog.Builder log) {
    if (operation.hasPut()) {
      ByteString key = operation.getPut().getKey();
      ByteString text = KeyText.of(key);
      writes.add(new StateWrite(StateKeys.user(key), operation.getPut().getValue(), height));
      response.addEvents(Outcomes.put(text));
      log.addEvents(Outcomes.storedPut(text));
    } else {
      ByteString key = operation.getDelete().getKey();
      ByteString text = KeyText.of(key);
      writes.add(new StateWrite(StateKeys.user(key), null, height));
      response.addEvents(Outcomes.delete(text));
      log.addEvents(Outcomes.storedDelete(text));
    }
  }

  /** Deletes expired acceptances. */
  void purge() {
    guard.purge(height, writes);
  }

  List<ByteString> hashes() {
    return hashes;
  }

  Outcomes outcomes() {
    return outcomes;
  }

  List<StateWrite> writes() {
    return writes.writes();
  }
}
