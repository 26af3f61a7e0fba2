package dev.varve.storage.pending;

import dev.varve.fallback.Damage;
import dev.varve.fallback.FallbackLog;
import dev.varve.fallback.FallbackLogException;
import dev.varve.fallback.LogEntry;
import dev.varve.fallback.LogStats;
import dev.varve.fallback.io.FileIo;
import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingContents;
import dev.varve.storage.PendingStats;
import dev.varve.storage.PendingStore;
import dev.varve.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uplink tasks in a forced log on disk: what {@link #write} returned from survives the power.
 *
 * <p>Errors: as {@link PendingStore}; of a write that failed nothing stays, and the next one may
 * succeed. When the power fails before a next one succeeded, a write that failed may come back
 * whole. {@link StorageException.DiskFull} where a new task finds no room that is not kept for what
 * frees space: a write without new tasks may succeed then. {@link StorageException.Corruption} from
 * {@link #open} only.
 *
 * <p>Threads: as {@link PendingStore}; one of the log's own. A folder belongs to one open store,
 * which is the caller's to see to (the node locks its home).
 */
public final class LogPendingStore implements PendingStore {
  private static final Logger LOG = LoggerFactory.getLogger(LogPendingStore.class);

  /** How often a write that finds no room makes some before it is refused. */
  private static final int MAX_SQUEEZES = 8;

  /** More tasks than the largest log can hold: 4,096 segments of 1 GiB. */
  private static final long MAX_LOST_IDS = 1L << 36;

  private final PendingLogConfig config;
  private final FallbackLog log;
  private final LiveRecords live;
  private final LogSpace space;
  private final Mover mover;
  private final AtomicLong lastId;
  private long followed;
  private long nextSequence;
  private boolean trimFailing;
  private volatile PendingContents contents;

  private LogPendingStore(
      PendingLogConfig config, FileIo files, FallbackLog log, PendingReplay found) {
    this.config = config;
    this.log = log;
    live = found.live();
    space = new LogSpace(config, log, files);
    mover = new Mover(log, live, space, config.segmentBytes());
    lastId = new AtomicLong(found.lastId());
    followed = found.followed();
    nextSequence = log.lastSequence() + 1;
    contents = found.contents();
  }

  /**
   * Opens the backup in a folder, and cuts off a write that was not finished.
   *
   * @throws StorageException.Corruption when something that was acknowledged does not read back;
   *     nothing is changed then
   * @throws StorageException.Incompatible for a folder of another owner or version
   */
  public static LogPendingStore open(PendingLogConfig config, FileIo files) {
    PendingReplay found = PendingReplay.of(config.folder(), files);
    Damage loss = found.firstLoss();
    if (loss != null) {
      throw new StorageException.Corruption(
          String.format(
              "backup of uplink tasks: %s at offset %d: %s; tasks that were acknowledged may be"
                  + " lost there, what can be read can be salvaged into another folder",
              loss.file(), loss.offset(), loss.what()),
          loss.file(),
          loss.offset(),
          null);
    }
    try {
      FallbackLog log = FallbackLog.open(config.log(), files);
      if (log.lastSequence() != found.lastSequence()) {
        log.close();
        throw new IllegalStateException(
            String.format(
                "%s was changed while it was opened: its last entry is %d, and was %d",
                config.folder(), log.lastSequence(), found.lastSequence()));
      }
      LogPendingStore store = new LogPendingStore(config, files, log, found);
      store.free();
      return store;
    } catch (FallbackLogException e) {
      throw PendingErrors.translate(e);
    }
  }

  @Override
  public PendingContents contents() {
    PendingContents found = contents;
    if (found == null) {
      throw new IllegalStateException("what was there at open is let go with the first write");
    }
    return found;
  }

  @Override
  public void write(List<PendingChange> changes) {
    contents = null;
    WritePlan plan = WritePlan.of(changes, live::status, followed);
    if (plan.isEmpty()) {
      return;
    }
    lastId.accumulateAndGet(plan.highestId(), Math::max);
    if (plan.accepts()) {
      makeRoom(plan.bytes());
    }
    List<PendingRecord> moved = mover.along(plan);
    List<PendingRecord> records = new ArrayList<>(plan.records());
    records.addAll(moved);
    try {
      append(records, plan.followed());
    } catch (StorageException.DiskFull e) {
      if (moved.isEmpty()) {
        throw e;
      }
      append(plan.records(), plan.followed());
    }
    space.wrote(plan.bytes());
    free();
  }

  /** Begins with what was salvaged elsewhere, in one write. */
  void begin(PendingReplay salvaged) {
    if (nextSequence > 1) {
      throw new StorageException.Incompatible(
          "backup of uplink tasks " + config.folder() + " is in use: nothing is salvaged into it");
    }
    lastId.set(Math.addExact(salvaged.lastId(), MAX_LOST_IDS));
    append(salvaged.records(), salvaged.followed());
  }

  private void makeRoom(long payloadBytes) {
    for (int i = 0; i < MAX_SQUEEZES && !space.admits(payloadBytes); i++) {
      List<PendingRecord> moved = mover.squeezed();
      if (moved.isEmpty()) {
        break;
      }
      append(moved, followed);
      free();
    }
    if (!space.admits(payloadBytes)) {
      throw space.refusal(payloadBytes);
    }
  }

  private void append(List<PendingRecord> records, long followedThen) {
    byte[] payload =
        PendingCodec.encode(new PendingCodec.Entry(lastId.get(), followedThen, records));
    int segments = log.stats().segments();
    try {
      log.append(LogEntry.of(nextSequence, payload));
    } catch (FallbackLogException e) {
      throw PendingErrors.translate(e);
    }
    live.took(nextSequence, payload.length, log.stats().segments() > segments, records);
    followed = followedThen;
    nextSequence++;
  }

  /** Lets go of what is before the oldest live record. What fails here is tried again. */
  private void free() {
    long last = nextSequence - 1;
    if (last == 0) {
      return;
    }
    try {
      long through = Math.min(live.oldest(nextSequence) - 1, last);
      log.drainTo(through);
      if (log.trimTo(through) > 0) {
        live.trimmed(log.firstSequence());
      }
      trimFailing = false;
    } catch (FallbackLogException e) {
      if (!trimFailing) {
        LOG.warn("{}: space is not freed, the next write tries again", config.folder(), e);
      }
      trimFailing = true;
    }
  }

  @Override
  public boolean durable() {
    return true;
  }

  @Override
  public long nextId() {
    return lastId.incrementAndGet();
  }

  @Override
  public PendingStats stats() {
    LogStats stats = log.stats();
    return new PendingStats("disk", stats.fileBytes(), stats.capacityBytes(), stats.forces());
  }

  @Override
  public void close() {
    log.close();
  }
}
