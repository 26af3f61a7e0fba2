package dev.varve.gateway;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseCheckTx;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.util.List;
import java.util.Optional;

/**
 * What is committed: the engine of this process, or a node that is asked over the network.
 *
 * <p>Threads: any. Errors: {@link dev.varve.storage.StorageException} and {@link
 * UplinkException.Unavailable}.
 */
public interface Chain {
  /** The last committed height: nothing above it is seen by {@link #query} and the others. */
  long height();

  /**
   * Waits, for about a second at most, until the block above {@code height} is seen by {@link
   * #query} and the others; returns the last height of which that is so.
   */
  long await(long height) throws InterruptedException;

  /** The lowest height whose block is kept; 0 or 1 where all are. */
  default long floor() {
    return 0;
  }

  /** The transactions of a block with the codes of their results; empty where it is not kept. */
  Optional<List<Included>> included(long height);

  /** As the application answers it. */
  ResponseQuery query(RequestQuery request);

  /** As the application judges it now; code 0 where that cannot be told without sending it. */
  ResponseCheckTx check(ByteString tx);

  /** Where bytes were last included with success, else last included. */
  Optional<TxLocation> locate(ByteString hash);

  /** Whether the following can be asked: true for the engine of this process. */
  boolean hasRecords();

  Optional<BlockRecord> block(long height);

  Optional<ByteString> transaction(long height, int index);

  Optional<TxResult> result(long height, int index);

  Optional<TxLog> log(long height, int index);

  /** A transaction in a block. */
  record Included(ByteString hash, int code) {}
}
