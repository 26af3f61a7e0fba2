package dev.varve.storage.pending;

import dev.varve.fallback.io.RealFileIo;
import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingContents;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Writes changes until it is killed, and prints the number of each write once it is durable. */
final class CrashWriter {
  private static final int SEGMENT_BYTES = 8192;
  private static final int SEGMENTS = 400;
  private static final int MOST_CHANGES = 12;

  private CrashWriter() {}

  public static void main(String[] args) {
    try (LogPendingStore store = open(Path.of(args[0]))) {
      Writes writes = new Writes(store.contents(), store.nextId(), Long.parseLong(args[1]));
      while (true) {
        store.write(writes.next());
        System.out.println("height " + writes.count + ".");
      }
    }
  }

  /** Small segments, so that kills meet trims and what is moved along too. */
  static LogPendingStore open(Path folder) {
    return LogPendingStore.open(
        new PendingLogConfig(folder, (long) SEGMENTS * SEGMENT_BYTES, SEGMENT_BYTES, 0),
        new RealFileIo());
  }

  /** What it writes: the same for the same beginning and seed. */
  static final class Writes {
    private final Random random;
    private PendingModel model;
    private long nextId;
    private int count;

    Writes(PendingContents begin, long nextId, long seed) {
      this.model = new PendingModel(begin);
      this.nextId = nextId;
      this.random = new Random(seed);
    }

    List<PendingChange> next() {
      List<PendingChange> changes =
          model.changes(random, nextId, MOST_CHANGES, 3 * SEGMENT_BYTES / 2);
      model = model.after(changes);
      for (PendingChange change : changes) {
        if (change instanceof PendingChange.Accepted accepted) {
          nextId = Math.max(nextId, accepted.task().id() + 1);
        }
      }
      count++;
      return changes;
    }

    /** What is held after those that were taken so far. */
    PendingContents contents() {
      return model.contents();
    }

    /** Above every id that was given out so far. */
    long nextId() {
      return nextId;
    }
  }
}
