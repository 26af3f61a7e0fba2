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
import dev.varve.storage.record.BlockSeal;
import dev.varve.storage.record.LogSlice;
import dev.varve.storage.record.ResultSlice;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TransactionSlice;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The disk store and the log in front of it, read as one: what the store does not hold yet comes
 * from the log. Writes: {@link DiskWriter}.
 *
 * <p>Threads: {@link #commit} from one at a time, the rest from any.
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
    this.overlay = new StateOverlay(disk, log, reader, config.maxUndrainedBytes());
    this.writer = new DiskWriter(disk, log, config, nanos);
    this.pruner = new Pruner(disk);
  }

  AppliedHeight applied() {
    return writer.applied();
  }

  void prepare(BlockBatch draft) {
    writer.prepare(draft);
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

  /** Refused while the store is down: it is not for this to find out whether it is back. */
  void seal(List<BlockSeal> seals) {
    String now = writer.state();
    if (!now.equals("up")) {
      throw new StorageException.Unavailable("blocks cannot be sealed, disk store " + now, null);
    }
    disk.seal(seals);
  }

  Optional<BlockSeal> seal(long height) {
    return disk.seal(height);
  }

  long sealed() {
    return disk.sealed();
  }

  Optional<BlockRecord> block(long height) {
    byte[] key = Keys.chain(height, RecordType.BLOCK, 0);
    return chain(
        height,
        RecordType.BLOCK,
        key,
        BlockRecord.parser(),
        Optional::of,
        () -> disk.block(height));
  }

  List<ByteString> transactions(long height, int slice) {
    byte[] key = Keys.chain(height, RecordType.TRANSACTION, slice);
    return chain(
        height,
        RecordType.TRANSACTION,
        key,
        TransactionSlice.parser(),
        TransactionSlice::getTxsList,
        () -> disk.transactions(height, slice));
  }

  List<TxResult> results(long height, int slice) {
    byte[] key = Keys.chain(height, RecordType.RESULT, slice);
    return chain(
        height,
        RecordType.RESULT,
        key,
        ResultSlice.parser(),
        ResultSlice::getResultsList,
        () -> disk.results(height, slice));
  }

  List<TxLog> logs(long height, int slice) {
    byte[] key = Keys.chain(height, RecordType.LOG, slice);
    return chain(
        height,
        RecordType.LOG,
        key,
        LogSlice.parser(),
        LogSlice::getLogsList,
        () -> disk.logs(height, slice));
  }

  private <M extends MessageLite, T> T chain(
      long height,
      RecordType type,
      byte[] key,
      Parser<M> parser,
      Function<M, T> logged,
      Supplier<T> store) {
    long stored = height();
    if (height > stored && height <= applied().getHeight()) {
      M message = reader.find(type, key, stored, height, parser, any -> true).message();
      if (message != null) {
        return logged.apply(message);
      }
    }
    return orLogged(
        store,
        () -> reader.find(type, key, 0, height, parser, any -> true).asOptional().map(logged));
  }

  /**
   * What the store has. While it cannot be read, the log answers, which keeps blocks for a while
   * after the store has taken them; what neither has is unavailable.
   */
  private static <T> T orLogged(Supplier<T> store, Supplier<Optional<T>> logged) {
    try {
      return store.get();
    } catch (StorageException.Unavailable e) {
      return logged.get().orElseThrow(() -> e);
    }
  }

  /** The last success of these bytes, else their last inclusion. */
  Optional<TxLocation> locate(ByteString txHash) {
    long last = applied().getHeight();
    long stored = height();
    TxLocation failed = stored < last ? locate(txHash, stored, last).message() : null;
    if (failed != null && failed.getSuccess()) {
      return Optional.of(failed);
    }
    // A failure in the log says nothing while the store, which may know of a success, is away.
    Optional<TxLocation> older =
        orLogged(
            () -> disk.locate(txHash),
            () ->
                newest(last, after -> locate(txHash, after, last))
                    .filter(found -> found.map(TxLocation::getSuccess).orElse(false)));
    boolean olderWins = failed == null || older.map(TxLocation::getSuccess).orElse(false);
    return olderWins ? older : Optional.of(failed);
  }

  private LogReader.Found<TxLocation> locate(ByteString txHash, long after, long upTo) {
    return reader.find(
        RecordType.INDEX,
        txHash.toByteArray(),
        after,
        upTo,
        TxLocation.parser(),
        TxLocation::getSuccess);
  }

  Optional<StateRecord> state(ByteString key) {
    long last = applied().getHeight();
    return changing(
        last, after -> reader.findState(key.toByteArray(), after, last), () -> disk.state(key));
  }

  /** As {@link dev.varve.storage.StorageEngine#stateAt}. */
  Optional<StateRecord> stateAt(ByteString key, long height) {
    return changing(
        height,
        after -> reader.findState(key.toByteArray(), after, height),
        () -> disk.stateAt(key, height));
  }

  Optional<ByteString> meta(String name) {
    long last = applied().getHeight();
    return changing(
        last, after -> reader.findMeta(name.getBytes(UTF_8), after, last), () -> disk.meta(name));
  }

  /**
   * The newest record up to a height of what can change.
   *
   * <p>What the log has let go of when it is searched, the store has by the time that it is asked.
   */
  private <M> Optional<M> changing(
      long upTo, LongFunction<LogReader.Found<M>> logged, Supplier<Optional<M>> store) {
    long stored = height();
    if (stored < upTo) {
      LogReader.Found<M> found = logged.apply(stored);
      if (found.answers()) {
        return found.asOptional();
      }
    }
    return orLogged(store, () -> newest(upTo, logged));
  }

  /**
   * The newest record in the log, drained blocks included, up to a height. None where the log does
   * not reach that height: the store may have a newer one.
   */
  private <M> Optional<Optional<M>> newest(long upTo, LongFunction<LogReader.Found<M>> logged) {
    if (log.lastSequence() < upTo) {
      return Optional.empty();
    }
    LogReader.Found<M> found = logged.apply(0);
    return found.answers() ? Optional.of(found.asOptional()) : Optional.empty();
  }

  /** Visits keys in {@code [from, to)}; nothing may be committed meanwhile. */
  void scanState(ByteString from, ByteString to, DiskStore.StateVisitor visitor) {
    overlay.scan(from, to, this::height, applied().getHeight(), visitor);
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
