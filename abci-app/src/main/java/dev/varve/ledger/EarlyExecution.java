package dev.varve.ledger;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes a proposed block while the validators vote on it, so that FinalizeBlock finds it done.
 *
 * <p>What was executed is then made ready for its commit, beside FinalizeBlock. It changes nothing:
 * what is executed and not decided is dropped, and what fails is executed again by FinalizeBlock,
 * which then meets the failure. One block at a time, the last one proposed.
 *
 * <p>Threads: owns one, which ends when it has been idle and with {@link #close}. All calls exclude
 * each other; {@link #take} waits for a block that is being executed.
 */
final class EarlyExecution implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EarlyExecution.class);
  private static final long IDLE_SECONDS = 30;

  private final ThreadPoolExecutor executor;
  private final Consumer<ExecutedBlock> preparation;
  private Proposal proposal;

  /** {@code work}: the task, and what comes behind it. */
  private record Proposal(
      long height, List<ByteString> txs, FutureTask<ExecutedBlock> task, Runnable work) {
    boolean is(long otherHeight, List<ByteString> otherTxs) {
      if (height != otherHeight || txs.size() != otherTxs.size()) {
        return false;
      }
      for (int i = 0; i < txs.size(); i++) {
        // Buffers compare many bytes at once, ByteString one by one.
        if (!txs.get(i).asReadOnlyByteBuffer().equals(otherTxs.get(i).asReadOnlyByteBuffer())) {
          return false;
        }
      }
      return true;
    }
  }

  /** {@code preparation}: what is done with an executed block before anybody waits for it. */
  EarlyExecution(Consumer<ExecutedBlock> preparation) {
    this.preparation = preparation;
    executor =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(1),
            task -> {
              Thread thread = new Thread(task, "varve-execute-early");
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
  }

  /** Begins to execute a block, in place of any that was proposed before. */
  synchronized void begin(long height, List<ByteString> txs, Supplier<ExecutedBlock> execution) {
    if (executor.isShutdown() || (proposal != null && proposal.is(height, txs))) {
      return;
    }
    drop();
    FutureTask<ExecutedBlock> task = new FutureTask<>(execution::get);
    proposal = new Proposal(height, txs, task, () -> executeAndPrepare(task));
    executor.execute(proposal.work);
  }

  private void executeAndPrepare(FutureTask<ExecutedBlock> task) {
    task.run();
    try {
      await(task).ifPresent(preparation);
    } catch (RuntimeException e) {
      LOG.debug("block is not made ready early, its commit will meet what keeps it from it", e);
    }
  }

  /** The block, if it was the last one proposed; afterwards none is being executed. */
  synchronized Optional<ExecutedBlock> take(long height, List<ByteString> txs) {
    if (proposal == null || !proposal.is(height, txs)) {
      drop();
      return Optional.empty();
    }
    FutureTask<ExecutedBlock> task = proposal.task;
    if (executor.remove(proposal.work)) {
      // Not begun yet: waiting for the thread would only be slower.
      task.run();
    }
    proposal = null;
    return await(task);
  }

  @Override
  public synchronized void close() {
    drop();
    executor.shutdown();
  }

  private void drop() {
    if (proposal != null && !executor.remove(proposal.work)) {
      await(proposal.task);
    }
    proposal = null;
  }

  /** Ends in any case: an execution waits for nothing. */
  private static Optional<ExecutedBlock> await(FutureTask<ExecutedBlock> task) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return Optional.of(task.get());
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          return Optional.empty();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
