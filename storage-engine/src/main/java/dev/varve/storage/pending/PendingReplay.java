package dev.varve.storage.pending;

import dev.varve.fallback.Damage;
import dev.varve.fallback.FallbackLogException;
import dev.varve.fallback.LogInspector;
import dev.varve.fallback.io.FileIo;
import dev.varve.storage.CommittedTask;
import dev.varve.storage.FailedTask;
import dev.varve.storage.PendingContents;
import dev.varve.storage.PendingTask;
import dev.varve.storage.StorageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/** Reads what a folder's log says, without changing a byte of it. Threads: one. */
final class PendingReplay {
  private final TreeMap<Long, PendingTask> tasks = new TreeMap<>();
  private final TreeMap<Long, PendingRecord.Failure> failures = new TreeMap<>();
  private final TreeMap<Long, CommittedTask> committed = new TreeMap<>();
  private final LiveRecords live = new LiveRecords();
  private final List<Damage> damage = new ArrayList<>();
  private Path firstFile;
  private Path file;
  private long lastSequence;
  private long entries;
  private long lastId;
  private long followed;

  private PendingReplay() {}

  /** Reads a folder; one that is missing is an empty log. */
  static PendingReplay of(Path folder, FileIo files) {
    PendingReplay replay = new PendingReplay();
    try {
      LogInspector.Report report = LogInspector.inspect(folder, files, replay::take);
      replay.damage.addAll(0, report.damage());
    } catch (FallbackLogException e) {
      throw PendingErrors.translate(e);
    }
    replay.requireTasksOfFailures();
    return replay;
  }

  /** Reads all of a damaged folder that can be read; damage is passed over. */
  static PendingReplay salvage(Path folder, FileIo files) {
    PendingReplay replay = new PendingReplay();
    try {
      LogInspector.salvage(folder, files, replay::take);
    } catch (FallbackLogException e) {
      throw PendingErrors.translate(e);
    }
    replay.failures.keySet().retainAll(replay.tasks.keySet());
    return replay;
  }

  private void take(long sequence, byte[] payload, Path from, long offset) {
    boolean newSegment = !from.equals(file);
    file = from;
    firstFile = firstFile == null ? from : firstFile;
    lastSequence = sequence;
    PendingCodec.Entry entry;
    try {
      entry = PendingCodec.decode(payload);
    } catch (StorageException.Corruption e) {
      damage.add(
          new Damage(
              from,
              offset,
              Damage.Kind.DAMAGED,
              "entry " + sequence + " does not read as records: " + e.getMessage()));
      return;
    }
    entries++;
    lastId = Math.max(lastId, entry.lastId());
    followed = entry.followed();
    entry.records().forEach(this::take);
    live.took(sequence, payload.length, newSegment, entry.records());
  }

  private void take(PendingRecord each) {
    if (each instanceof PendingRecord.Task record) {
      tasks.put(each.id(), record.task());
    } else if (each instanceof PendingRecord.Failure failure) {
      failures.put(each.id(), failure);
    } else {
      tasks.remove(each.id());
      failures.remove(each.id());
      if (each instanceof PendingRecord.Committed record) {
        committed.put(each.id(), record.task());
      } else {
        committed.remove(each.id());
      }
    }
  }

  private void requireTasksOfFailures() {
    for (long id : failures.keySet()) {
      if (!tasks.containsKey(id)) {
        damage.add(
            new Damage(
                file, 0, Damage.Kind.DAMAGED, "task " + id + " failed, and is not in the log"));
      }
    }
  }

  /** What is held. */
  PendingContents contents() {
    Collection<PendingTask> pending = new ArrayList<>();
    List<FailedTask> failed = new ArrayList<>();
    for (PendingTask task : tasks.values()) {
      PendingRecord.Failure failure = failures.get(task.id());
      if (failure == null) {
        pending.add(task);
      } else {
        failed.add(new FailedTask(task, failure.reason(), failure.attempts(), failure.failedMs()));
      }
    }
    return new PendingContents(
        List.copyOf(pending), failed, List.copyOf(committed.values()), followed);
  }

  /** Records that say what is held. */
  List<PendingRecord> records() {
    List<PendingRecord> records = new ArrayList<>();
    tasks.values().forEach(task -> records.add(new PendingRecord.Task(task)));
    records.addAll(failures.values());
    committed.values().forEach(task -> records.add(new PendingRecord.Committed(task)));
    return records;
  }

  /** Where it stands. */
  LiveRecords live() {
    return live;
  }

  /** All that is not as it was written, in the order of the log, then what does not read. */
  List<Damage> damage() {
    return damage;
  }

  /**
   * The first damage that may have taken something that counts. What lies before the oldest entry
   * served does not: the log only begins behind damage when all of it was drained.
   */
  Damage firstLoss() {
    for (Damage each : damage) {
      boolean before = firstFile != null && name(each.file()).compareTo(name(firstFile)) < 0;
      if (each.kind() == Damage.Kind.DAMAGED && !before) {
        return each;
      }
    }
    return null;
  }

  private static String name(Path path) {
    return path.getFileName().toString();
  }

  /** The newest entry, 0 for none. */
  long lastSequence() {
    return lastSequence;
  }

  long entries() {
    return entries;
  }

  /** The highest id that was given out, as far as an entry says so. */
  long lastId() {
    return lastId;
  }

  long followed() {
    return followed;
  }
}
