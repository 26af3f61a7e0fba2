package dev.varve.storage.pending;

import dev.varve.fallback.FallbackLog;
import dev.varve.fallback.FallbackLogException;
import dev.varve.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the live records that are written again at the log's end, so that its beginning can go.
 *
 * <p>While more than two segments beyond the live bytes are dead, each write takes the oldest live
 * records along, up to twice its own bytes and {@value #MIN_MOVE_BYTES} more, or an eighth of a
 * segment. With L live bytes the log is through after L moved bytes, while at most L / 2 came new:
 * it stays within a small multiple of L, and within a few segments where L is small. When room is
 * short a sixteenth of dead bytes is enough to begin: less would not pay for what moving takes.
 * Threads: one.
 */
final class Mover {
  private static final Logger LOG = LoggerFactory.getLogger(Mover.class);

  static final int MIN_MOVE_BYTES = 64 << 10;

  /** What is read of entries to find the few live records among the dead, for each write. */
  private static final int MAX_READ_BYTES = 4 << 20;

  private static final int DEAD_PART = 16;

  private final FallbackLog log;
  private final LiveRecords live;
  private final LogSpace space;
  private final int segmentBytes;

  /** An entry that does not read back; what is before it stays until its records are gone. */
  private long unreadable;

  private List<PendingRecord> chosen = new ArrayList<>();

  private long budget;
  private long readBytes;

  Mover(FallbackLog log, LiveRecords live, LogSpace space, int segmentBytes) {
    this.log = log;
    this.live = live;
    this.space = space;
    this.segmentBytes = segmentBytes;
  }

  /** What to write again along with a write, but of no task that it touches; may be empty. */
  List<PendingRecord> along(WritePlan plan) {
    boolean wanted =
        live.deadBytes() > live.liveBytes() + 2L * segmentBytes || (pays() && space.isShort());
    long most = Math.min(2 * plan.bytes() + MIN_MOVE_BYTES, segmentBytes / 8);
    return wanted && mayMove() ? choose(most, plan.bytes(), plan::touches) : List.of();
  }

  /** What to write again for the sake of room alone; empty when that would give too little. */
  List<PendingRecord> squeezed() {
    return pays() && mayMove() ? choose(segmentBytes / 2, 0, id -> false) : List.of();
  }

  private boolean pays() {
    return live.deadBytes() > Math.max(segmentBytes, live.heldBytes() / DEAD_PART);
  }

  /** On a full disk only what frees a segment before the newest one is full. */
  private boolean mayMove() {
    return live.oldestSegmentLiveBytes() <= leftInSegment() / 2 || !space.isDiskFull();
  }

  private long leftInSegment() {
    return space.leftInSegment(live.newestSegmentEntryBytes());
  }

  /** What is chosen shall fit behind the rest, or else go into a new segment with it. */
  private List<PendingRecord> choose(long mostBytes, long ownBytes, LongPredicate passOver) {
    long left = leftInSegment() - ownBytes;
    budget = left > mostBytes / 8 ? Math.min(left, mostBytes) : mostBytes;
    chosen = new ArrayList<>();
    readBytes = 0;
    Long sequence = live.next(0);
    while (sequence != null
        && sequence != unreadable
        && budget > 0
        && readBytes < MAX_READ_BYTES
        && sequence < log.lastSequence()) {
      try {
        chooseFrom(sequence, passOver);
      } catch (FallbackLogException.Damaged | StorageException.Corruption e) {
        unreadable = sequence;
        LOG.error(
            "backup of uplink tasks: entry {} has tasks that are pending and does not read back,"
                + " the log cannot shrink before they are done: {}",
            sequence,
            e.getMessage());
        return chosen;
      } catch (FallbackLogException e) {
        throw PendingErrors.translate(e);
      }
      sequence = live.next(sequence + 1);
    }
    return chosen;
  }

  private void chooseFrom(long sequence, LongPredicate passOver) {
    for (PendingRecord each : read(sequence)) {
      if (!live.isLive(each, sequence) || passOver.test(each.id())) {
        continue;
      }
      long bytes = PendingCodec.bytes(each);
      if (bytes > budget && !chosen.isEmpty()) {
        budget = 0;
        return;
      }
      chosen.add(each);
      budget -= bytes;
    }
  }

  private List<PendingRecord> read(long sequence) {
    byte[] payload =
        log.read(sequence)
            .orElseThrow(
                () -> new IllegalStateException("entry " + sequence + " counts and is gone"));
    readBytes += payload.length;
    return PendingCodec.decode(payload).records();
  }
}
