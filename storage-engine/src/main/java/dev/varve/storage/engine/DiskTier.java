package dev.varve.storage.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.varve.fallback.FallbackLog;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.LogSlice;
import dev.varve.storage.record.ResultSlice;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TransactionSlice;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The disk store and the log in front of it, read as one: what the store does not hold yet comes
 * from the log. Writes: {@link DiskWriter}.
 *
 * <p>Threads: {@link #commit} from one at a time, reads from any.
 */
final class DiskTier implements AutoCloseable {
  private final DiskStore disk;
  private final FallbackLog log;
  private final LogReader reader;
  private final StateOverlay overlay;
  private final DiskWriter writer;
  private final Pruner pruner;

  /** {@code nanos}: of a clock that is never set. */
  DiskTier(DiskStore disk, FallbackLog log, EngineConfig config, LongSupplier nanos) {
    this.disk = disk;
    this.log = log;
    this.reader = new LogReader(log);
    this.overlay = new StateOverlay(disk, log, reader);
    this.writer = new DiskWriter(disk, log, config, nanos);
    this.pruner = new Pruner(disk);
  }

  AppliedHeight applied() {
    return writer.applied();
  }

  void commit(BlockBatch batch) {
    writer.commit(batch);
  }

  String state() {
    return writer.state();
  }

  /** Has the log drained, should that have come to rest. */
  void nudge() {
    writer.nudge();
  }

  long height() {
    return disk.applied().getHeight();
  }

  /** See {@link DiskStore#chainFloor}. */
  long chainFloor() {
    return disk.chainFloor();
  }

  long bytes() {
    return disk.diskBytes();
  }

  long logBytes() {
    return log.stats().fileBytes();
  }

  long forces() {
    return disk.forces() + log.stats().forces();
  }

  Optional<BlockRecord> block(long height) {
    byte[] key = Keys.chain(height, RecordType.BLOCK, 0);
    return chain(height, RecordType.BLOCK, key, BlockRecord.parser(), () -> disk.block(height));
  }

  List<ByteString> transactions(long height, int slice) {
    byte[] key = Keys.chain(height, RecordType.TRANSACTION, slice);
    return chain(height, RecordType.TRANSACTION, key, TransactionSlice.parser(), Optional::empty)
        .map(TransactionSlice::getTxsList)
        .orElseGet(() -> disk.transactions(height, slice));
  }

  List<TxResult> results(long height, int slice) {
    byte[] key = Keys.chain(height, RecordType.RESULT, slice);
    return chain(height, RecordType.RESULT, key, ResultSlice.parser(), Optional::empty)
        .map(ResultSlice::getResultsList)
        .orElseGet(() -> disk.results(height, slice));
  }

  List<TxLog> logs(long height, int slice) {
    byte[] key = Keys.chain(height, RecordType.LOG, slice);
    return chain(height, RecordType.LOG, key, LogSlice.parser(), Optional::empty)
        .map(LogSlice::getLogsList)
        .orElseGet(() -> disk.logs(height, slice));
  }

  private <M extends MessageLite> Optional<M> chain(
      long height, RecordType type, byte[] key, Parser<M> parser, Supplier<Optional<M>> older) {
    long stored = height();
    if (height <= stored || height > applied().getHeight()) {
      return older.get();
    }
    LogReader.Found<M> found = reader.find(type, key, stored, height, parser, any -> true);
    return found.answers() ? found.asOptional() : older.get();
  }

  /** The last success of these bytes, else their last inclusion. */
  Optional<TxLocation> locate(ByteString txHash) {
    long stored = height();
    long last = applied().getHeight();
    if (stored >= last) {
      return disk.locate(txHash);
    }
    TxLocation failed =
        reader
            .find(
                RecordType.INDEX,
                txHash.toByteArray(),
                stored,
                last,
                TxLocation.parser(),
                TxLocation::getSuccess)
            .message();
    if (failed != null && failed.getSuccess()) {
      return Optional.of(failed);
    }
    Optional<TxLocation> older = disk.locate(txHash);
    boolean olderWins = failed == null || older.map(TxLocation::getSuccess).orElse(false);
    return olderWins ? older : Optional.of(failed);
  }

  Optional<StateRecord> state(ByteString key) {
    long stored = height();
    long last = applied().getHeight();
    if (stored < last) {
      LogReader.Found<StateRecord> found = reader.findState(key.toByteArray(), stored, last);
      if (found.answers()) {
        return found.asOptional();
      }
    }
    return disk.state(key);
  }

  /**
   * As {@link dev.varve.storage.StorageEngine#stateAt}.
   *
   * <p>What the log has let go of when it is searched, the store has by the time that it is asked.
   */
  Optional<StateRecord> stateAt(ByteString key, long height) {
    long stored = height();
    if (height > stored) {
      LogReader.Found<StateRecord> found = reader.findState(key.toByteArray(), stored, height);
      if (found.answers()) {
        return found.asOptional();
      }
    }
    return disk.stateAt(key, height);
  }

  /** Visits keys in {@code [from, to)}; nothing may be committed meanwhile. */
  void scanState(ByteString from, ByteString to, DiskStore.StateVisitor visitor) {
    overlay.scan(from, to, height(), applied().getHeight(), visitor);
  }

  /** As {@link #scanState}. */
  void scanCommitments(DiskStore.CommitmentVisitor visitor) {
    long last = applied().getHeight();
    long[] next = {0};
    do {
      // What the log lets go of from here on, the store has in the next round.
      long stored = height();
      disk.scanCommitments(
          (height, commitment) -> {
            if (height >= next[0]) {
              visitor.visit(height, commitment);
              next[0] = height + 1;
            }
          });
      next[0] = Math.max(next[0], stored + 1);
      next[0] = reader.commitments(next[0], last, visitor);
    } while (next[0] <= last && next[0] <= height());
    if (next[0] <= last) {
      throw new StorageException.Corruption(
          "block " + next[0] + " is neither in the fallback log nor in the disk store", null);
    }
  }

  Optional<ByteString> meta(String name) {
    long stored = height();
    long last = applied().getHeight();
    if (stored < last) {
      LogReader.Found<ByteString> found = reader.findMeta(name.getBytes(UTF_8), stored, last);
      if (found.answers()) {
        return found.asOptional();
      }
    }
    return disk.meta(name);
  }

  /** Drains what it can, then closes log and store. */
  @Override
  public void close() {
    try {
      pruner.close();
      writer.close();
    } finally {
      try {
        log.close();
      } finally {
        disk.close();
      }
    }
  }
}
