package dev.varve.gateway.http;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.gateway.Chain;
import dev.varve.gateway.Source;
import dev.varve.gateway.TaskStatus;
import dev.varve.gateway.Uplink;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.util.List;
import java.util.Optional;

/** Finds transactions: among what is pending, and in the records of the engine. */
final class Transactions {
  private final Uplink uplink;

  Transactions(Uplink uplink) {
    this.uplink = uplink;
  }

  /** A transaction that is in no block yet. */
  Optional<FoundTx> pending(ByteString hash) {
    boolean none = uplink.tasks(hash).stream().noneMatch(Transactions::isPending);
    if (none || !answersAsPending(hash)) {
      return Optional.empty();
    }
    return uplink.pendingTx(hash).map(tx -> FoundTx.pending(hash, tx));
  }

  private static boolean isPending(TaskStatus status) {
    return status.state().isPending();
  }

  /** The uplink alone knows whether a block has come since that a task was not told of. */
  private boolean answersAsPending(ByteString hash) {
    RequestQuery request = RequestQuery.newBuilder().setPath("/tx/" + Json.hex(hash)).build();
    ResponseQuery response = uplink.query(request, false);
    return response.getCode() == 0 && response.getInfo().equals(Source.PENDING.word());
  }

  /** The place of a transaction's bytes in the chain. */
  Optional<TxLocation> locate(ByteString hash) {
    return hash.size() == Sha256.LENGTH_BYTES ? uplink.chain().locate(hash) : Optional.empty();
  }

  /**
   * A transaction of a block; empty where a record is not kept any more. Asks for records: only
   * where the chain has them.
   */
  Optional<FoundTx> committed(long height, int index, boolean prove) {
    Chain chain = uplink.chain();
    Optional<ByteString> tx = chain.transaction(height, index);
    Optional<TxResult> result = chain.result(height, index);
    Optional<TxLog> log = chain.log(height, index);
    if (tx.isEmpty() || result.isEmpty() || log.isEmpty()) {
      return Optional.empty();
    }
    Optional<MerkleProof> proof = Optional.empty();
    if (prove) {
      List<ByteString> hashes =
          chain.included(height).orElse(List.of()).stream().map(Chain.Included::hash).toList();
      if (index >= hashes.size()) {
        return Optional.empty();
      }
      proof = Optional.of(MerkleProof.of(hashes, index));
    }
    ByteString hash = Sha256.hash(tx.get());
    return Optional.of(new FoundTx(hash, height, index, result.get(), log.get(), tx.get(), proof));
  }

  /** How many transactions a block has; empty where its record is not kept. */
  Optional<Integer> count(long height) {
    return uplink.chain().block(height).map(BlockRecord::getTxCount);
  }
}
