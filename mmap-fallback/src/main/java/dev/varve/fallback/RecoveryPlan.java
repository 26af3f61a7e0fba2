package dev.varve.fallback;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the segment files of a folder amount to: the entries to serve and what is to be done with
 * the rest. Reads only.
 */
final class RecoveryPlan {
  /** A segment that stays, with the entries found in it. */
  record Kept(SegmentFile segment, SegmentScan scan) {
    long last() {
      return segment.header().first() + scan.count() - 1;
    }
  }

  final List<Kept> kept = new ArrayList<>();
  final List<SegmentFile> delete = new ArrayList<>();
  final List<SegmentFile> aside = new ArrayList<>();
  final List<Damage> damage = new ArrayList<>();

  /** The segment whose rest is damaged but whose entries stay; null when there is none. */
  SegmentFile flag;

  private final List<SegmentFile> segments = new ArrayList<>();
  private final List<Long> limits = new ArrayList<>();
  private final long drained;
  private final long voidFrom;

  private RecoveryPlan(Cursor.State cursor) {
    drained = cursor.value();
    voidFrom = cursor.voidFrom() == 0 ? Long.MAX_VALUE : cursor.voidFrom();
  }

  /** Plans for the files of a folder and what its cursor says. */
  static RecoveryPlan of(List<SegmentFile> found, Cursor.State cursor) {
    RecoveryPlan plan = new RecoveryPlan(cursor);
    plan.sort(found);
    plan.walk();
    return plan;
  }

  /** Parts what is blank or void from what may hold entries, and finds where each has to end. */
  private void sort(List<SegmentFile> found) {
    long limit = voidFrom;
    for (int i = found.size() - 1; i >= 0; i--) {
      SegmentFile segment = found.get(i);
      boolean isVoid = segment.isValid() && segment.header().first() >= limit;
      if (segment.state() == SegmentHeader.State.BLANK || isVoid) {
        delete.add(segment);
        continue;
      }
      if (segment.isValid() && limit == voidFrom && isEmptyTail(segment)) {
        continue;
      }
      segments.add(0, segment);
      limits.add(0, limit);
      if (segment.isValid()) {
        limit = Math.min(limit, segment.header().first());
      }
    }
  }

  /** A newest segment without a whole entry is an append that was never acknowledged. */
  private boolean isEmptyTail(SegmentFile segment) {
    SegmentScan scan = SegmentScan.of(segment.file().bytes(), segment.header(), voidFrom, drained);
    boolean empty = scan.count() == 0 && scan.ending() != SegmentScan.Ending.DAMAGED;
    if (empty) {
      torn(segment.path(), scan.end(), "the segment's first append was not finished: deleted");
      delete.add(segment);
    }
    return empty;
  }

  private void walk() {
    for (int i = 0; i < segments.size(); i++) {
      SegmentFile segment = segments.get(i);
      if (!segment.isValid()) {
        if (i == segments.size() - 1 && segment.lacksHeader()) {
          torn(segment.path(), 0, "the segment's first append was not finished: kept aside");
          aside.add(segment);
          return;
        }
        i = broken(i, i, 0, "the segment header does not match its checksum");
        continue;
      }
      long first = segment.header().first();
      if (!kept.isEmpty() && first > expected()) {
        i = broken(i, i, 0, String.format("entries %d to %d are missing", expected(), first - 1));
        continue;
      }
      SegmentScan scan =
          SegmentScan.of(segment.file().bytes(), segment.header(), limits.get(i), drained);
      if (scan.ending() == SegmentScan.Ending.DAMAGED) {
        String what =
            String.format(
                "entry %d does not read back, and %s", first + scan.count(), scan.evidence());
        i = brokenAfter(i, scan, what);
        continue;
      }
      if (scan.ending() == SegmentScan.Ending.TORN) {
        torn(segment.path(), scan.end(), "an append was not finished: cut");
      }
      kept.add(new Kept(segment, scan));
    }
    if (!kept.isEmpty() && kept.get(0).segment().header().first() > drained + 1 && drained > 0) {
      SegmentFile oldest = kept.get(0).segment();
      damaged(
          oldest.path(),
          0,
          String.format(
              "entries %d to %d are missing before it and were not drained",
              drained + 1, oldest.header().first() - 1));
    }
  }

  private long expected() {
    return kept.get(kept.size() - 1).last() + 1;
  }

  private int brokenAfter(int i, SegmentScan scan, String what) {
    SegmentFile segment = segments.get(i);
    if (restart(i + 1) < 0 && scan.count() > 0) {
      kept.add(new Kept(segment, scan));
      flag = segment;
      damaged(
          segment.path(), scan.end(), what + ": the log ends before it, the rest is kept aside");
      aside.addAll(segments.subList(i + 1, segments.size()));
      return segments.size();
    }
    return broken(i, i + 1, scan.end(), what);
  }

  /** The chain breaks before a segment; returns the index to go on behind. */
  private int broken(int i, int from, int offset, String what) {
    int restart = restart(from);
    if (restart < 0) {
      damaged(
          segments.get(i).path(),
          offset,
          what + ": the log ends before it, the rest is kept aside");
      aside.addAll(segments.subList(i, segments.size()));
      return segments.size();
    }
    damaged(
        segments.get(i).path(),
        offset,
        what + ": all of it was drained, the log begins after it, the rest is kept aside");
    kept.clear();
    aside.clear();
    aside.addAll(segments.subList(0, restart));
    return restart - 1;
  }

  /** Where the log can begin anew without missing an entry that was not drained; -1 for nowhere. */
  private int restart(int from) {
    for (int i = from; i < segments.size(); i++) {
      SegmentFile segment = segments.get(i);
      if (segment.isValid() && segment.header().first() <= drained + 1) {
        return i;
      }
    }
    return -1;
  }

  private void torn(Path file, int offset, String what) {
    damage.add(new Damage(file, offset, Damage.Kind.TORN_TAIL, what));
  }

  private void damaged(Path file, int offset, String what) {
    damage.add(new Damage(file, offset, Damage.Kind.DAMAGED, what));
  }
}
