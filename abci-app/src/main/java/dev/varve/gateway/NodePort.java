package dev.varve.gateway;

import com.google.protobuf.ByteString;
import java.util.concurrent.CompletionStage;

/**
 * The way to the node's mempool: transactions enter it in the order of the calls.
 *
 * <p>Threads: {@link #send} from one at a time. One connection, made when first needed and again
 * after a pause when it broke.
 */
public interface NodePort extends AutoCloseable {
  /**
   * Gives a transaction to the node. Completes with its answer; never exceptionally. May block
   * while too many are under way.
   */
  CompletionStage<Answer> send(ByteString tx);

  /**
   * How often a connection broke so far: the node may have been started anew each time, with an
   * empty mempool. Counted before answers tell of it.
   */
  default long losses() {
    return 0;
  }

  /** Whether the node answered last. */
  boolean isUp();

  /** Why not, else empty. */
  String problem();

  @Override
  void close();

  /** What came of it. */
  enum Outcome {
    /** Taken, or known to the node already. */
    TAKEN,
    /** In the node's cache: in its mempool, or committed of late. */
    KNOWN,
    /** The mempool is full, or the node answered with an error or with garbage. */
    AGAIN,
    /** Will never be taken. */
    REFUSED,
    /** The connection broke before an answer: it may have been taken or not. */
    UNKNOWN
  }

  /**
   * An answer of the node.
   *
   * @param detail the node's words, for reasons; may be empty
   */
  record Answer(Outcome outcome, String detail) {}
}
