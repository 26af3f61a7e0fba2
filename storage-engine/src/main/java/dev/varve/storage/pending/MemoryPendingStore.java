package dev.varve.storage.pending;

import dev.varve.storage.PendingChange;
import dev.varve.storage.PendingContents;
import dev.varve.storage.PendingStats;
import dev.varve.storage.PendingStore;
import dev.varve.storage.StorageException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * No backup at all: it holds what tasks take up and not what they say, as nothing would survive the
 * process. For those who want answers that say {@code durable = false} and no disk.
 *
 * <p>Errors and threads: as {@link PendingStore}.
 */
public final class MemoryPendingStore implements PendingStore {
  private final long boundBytes;
  private final AtomicLong lastId = new AtomicLong();
  private final Map<Long, Held> tasks = new HashMap<>();
  private long followed;
  private volatile long bytes;
  private volatile boolean closed;

  private record Held(WritePlan.Status status, long taskBytes, long otherBytes) {}

  /**
   * An empty store.
   *
   * @param boundBytes the most that tasks may take, transactions and what is said of them; 1 or
   *     more
   */
  public MemoryPendingStore(long boundBytes) {
    if (boundBytes < 1) {
      throw new IllegalArgumentException("boundBytes is " + boundBytes + ", allowed is 1 up");
    }
    this.boundBytes = boundBytes;
  }

  @Override
  public PendingContents contents() {
    return new PendingContents(List.of(), List.of(), List.of(), 0);
  }

  @Override
  public void write(List<PendingChange> changes) {
    if (closed) {
      throw new StorageException.Closed("the list of uplink tasks in memory is closed");
    }
    WritePlan plan = WritePlan.of(changes, this::status, followed);
    long added = 0;
    for (PendingRecord each : plan.records()) {
      added += each instanceof PendingRecord.Task ? PendingCodec.bytes(each) : 0;
    }
    if (plan.accepts() && bytes + added > boundBytes) {
      throw new StorageException.DiskFull(
          String.format(
              "uplink tasks in memory take %d bytes of %d, %d more do not fit",
              bytes, boundBytes, added),
          null);
    }
    lastId.accumulateAndGet(plan.highestId(), Math::max);
    long after = bytes;
    for (PendingRecord each : plan.records()) {
      after += take(each);
    }
    bytes = after;
    followed = plan.followed();
  }

  private WritePlan.Status status(long id) {
    Held held = tasks.get(id);
    return held == null ? WritePlan.Status.NONE : held.status;
  }

  /** Returns by how many bytes more is held. */
  private long take(PendingRecord each) {
    long own = PendingCodec.bytes(each);
    Held before = tasks.get(each.id());
    Held after = null;
    if (each instanceof PendingRecord.Task) {
      after = new Held(WritePlan.Status.PENDING, own, 0);
    } else if (each instanceof PendingRecord.Failure) {
      after = new Held(WritePlan.Status.FAILED, before.taskBytes, own);
    } else if (each instanceof PendingRecord.Committed) {
      after = new Held(WritePlan.Status.COMMITTED, 0, own);
    }
    if (after == null) {
      tasks.remove(each.id());
    } else {
      tasks.put(each.id(), after);
    }
    return bytes(after) - bytes(before);
  }

  private static long bytes(Held held) {
    return held == null ? 0 : held.taskBytes + held.otherBytes;
  }

  @Override
  public boolean durable() {
    return false;
  }

  @Override
  public long nextId() {
    return lastId.incrementAndGet();
  }

  @Override
  public PendingStats stats() {
    return new PendingStats("memory", bytes, boundBytes, 0);
  }

  @Override
  public void close() {
    closed = true;
  }
}
