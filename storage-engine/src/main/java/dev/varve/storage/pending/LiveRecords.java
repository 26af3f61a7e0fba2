package dev.varve.storage.pending;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where the records that count stand in the log: what they say is not kept here.
 *
 * <p>A record is live until a later one undoes or repeats it. Threads: one.
 */
final class LiveRecords {
  /** What the log puts before a payload. */
  private static final int ENTRY_HEADER_BYTES = 40;

  /** How the log's segments are filled, oldest first. */
  private final ArrayDeque<Segment> segments = new ArrayDeque<>();

  /** The entries with live records, by sequence. */
  private final TreeMap<Long, Group> groups = new TreeMap<>();

  private final Map<Long, Live> tasks = new HashMap<>();
  private long liveBytes;
  private long heldBytes;

  private static final class Segment {
    private final long first;
    private long heldBytes;
    private long liveBytes;
    private long entryBytes;

    Segment(long first) {
      this.first = first;
    }
  }

  private static final class Group {
    private final long sequence;
    private final Segment segment;
    private int live;

    Group(long sequence, Segment segment) {
      this.sequence = sequence;
      this.segment = segment;
    }
  }

  private record Place(Group group, int bytes) {}

  /** A task has a place with or without a failure, or it is remembered. */
  private static final class Live {
    private Place task;
    private Place failure;
    private Place committed;
  }

  WritePlan.Status status(long id) {
    Live live = tasks.get(id);
    if (live == null) {
      return WritePlan.Status.NONE;
    } else if (live.committed != null) {
      return WritePlan.Status.COMMITTED;
    } else if (live.task == null) {
      return WritePlan.Status.NONE; // a failure whose task comes later in the log
    }
    return live.failure == null ? WritePlan.Status.PENDING : WritePlan.Status.FAILED;
  }

  /** Takes the records of the log's next entry. */
  void took(long sequence, int payloadBytes, boolean newSegment, List<PendingRecord> records) {
    if (newSegment || segments.isEmpty()) {
      segments.add(new Segment(sequence));
    }
    Group group = new Group(sequence, segments.getLast());
    group.segment.heldBytes += payloadBytes;
    group.segment.entryBytes += ENTRY_HEADER_BYTES + payloadBytes + 7 & ~7L;
    heldBytes += payloadBytes;
    for (PendingRecord each : records) {
      take(each, group);
    }
  }

  private void take(PendingRecord each, Group group) {
    Live live = tasks.computeIfAbsent(each.id(), id -> new Live());
    if (each instanceof PendingRecord.Task) {
      live.task = replace(live.task, each, group);
    } else if (each instanceof PendingRecord.Failure) {
      live.failure = replace(live.failure, each, group);
    } else {
      live.task = release(live.task);
      live.failure = release(live.failure);
      if (each instanceof PendingRecord.Committed) {
        live.committed = replace(live.committed, each, group);
      } else {
        live.committed = release(live.committed);
        tasks.remove(each.id());
      }
    }
  }

  private Place replace(Place before, PendingRecord each, Group group) {
    release(before);
    Place place = new Place(group, (int) PendingCodec.bytes(each));
    if (group.live++ == 0) {
      groups.put(group.sequence, group);
    }
    group.segment.liveBytes += place.bytes;
    liveBytes += place.bytes;
    return place;
  }

  private Place release(Place place) {
    if (place != null) {
      Group group = place.group;
      group.segment.liveBytes -= place.bytes;
      liveBytes -= place.bytes;
      if (--group.live == 0) {
        groups.remove(group.sequence);
      }
    }
    return null;
  }

  /** The log let go of the entries before a sequence. */
  void trimmed(long firstSequence) {
    while (segments.size() > 1) {
      Segment oldest = segments.removeFirst();
      if (segments.getFirst().first > firstSequence) {
        segments.addFirst(oldest);
        return;
      }
      heldBytes -= oldest.heldBytes;
    }
  }

  /** The oldest entry with a live record; {@code otherwise} when there is none. */
  long oldest(long otherwise) {
    return groups.isEmpty() ? otherwise : groups.firstKey();
  }

  /** The next entry with a live record from a sequence on; null when there is none. */
  Long next(long sequence) {
    return groups.ceilingKey(sequence);
  }

  /** Whether the entry is where a record counts. */
  boolean isLive(PendingRecord each, long sequence) {
    Live live = tasks.get(each.id());
    if (live == null) {
      return false;
    } else if (each instanceof PendingRecord.Task) {
      return isAt(live.task, sequence);
    } else if (each instanceof PendingRecord.Failure) {
      return isAt(live.failure, sequence);
    }
    return each instanceof PendingRecord.Committed && isAt(live.committed, sequence);
  }

  private static boolean isAt(Place place, long sequence) {
    return place != null && place.group.sequence == sequence;
  }

  /** Bytes of the records that count. */
  long liveBytes() {
    return liveBytes;
  }

  /** Bytes of the entries' payloads that the log holds and that do not count. */
  long deadBytes() {
    return heldBytes - liveBytes;
  }

  /** Bytes of the entries' payloads that the log holds. */
  long heldBytes() {
    return heldBytes;
  }

  /** Bytes of the entries in the log's newest segment. */
  long newestSegmentEntryBytes() {
    return segments.isEmpty() ? 0 : segments.getLast().entryBytes;
  }

  /** Bytes that count in the log's oldest segment. */
  long oldestSegmentLiveBytes() {
    return segments.isEmpty() ? 0 : segments.getFirst().liveBytes;
  }
}
