package dev.varve.storage.engine;

import dev.varve.storage.StorageException;
import dev.varve.storage.SyncStatus;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the tiers in step: warms the memory store whenever a fresh or emptied one comes into use,
 * and at each period has the log drained, fills gaps in memory and compares records.
 *
 * <p>One thread, {@code varve-memory-sync}, does all of it, so a run never overlaps another one, or
 * warming; runs that fall due meanwhile are left out. A disk tier that fails stops warming, and the
 * next run goes on with it.
 */
final class SyncJob implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SyncJob.class);
  private static final int LOOKS_PER_RUN = 4_096;
  private static final int COMPARISONS_PER_RUN = 64;
  private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final DiskTier disk;
  private final MemoryAccess memory;
  private final Semaphore wake;
  private final long periodNanos;
  private final LongSupplier clock;
  private final SyncCounters counters = new SyncCounters();
  private final MemoryWalk walk;
  private final TierComparison comparison;
  private final Thread thread = new Thread(this::loop, "varve-memory-sync");
  private volatile boolean closing;
  // Below here: written by the thread alone.
  private volatile long warmedEpoch;
  private long nextRun;
  private boolean warmed;
  private boolean warmFailed;
  private long warmFrom;
  private long gapsFrom;
  private long reported;

  /**
   * {@code wake} gets a permit when memory needs warming.
   *
   * @param commits odd while a commit is under way, and never the same after one
   * @param clock nanoseconds, as of {@link System#nanoTime}
   */
  SyncJob(
      DiskTier disk,
      MemoryAccess memory,
      Semaphore wake,
      LongSupplier commits,
      Duration period,
      LongSupplier clock,
      Random random) {
    this.disk = disk;
    this.memory = memory;
    this.wake = wake;
    this.periodNanos = period.toNanos();
    this.clock = clock;
    DiskRecords records = new DiskRecords(disk);
    this.walk = new MemoryWalk(records, memory, commits, () -> closing, counters);
    this.comparison = new TierComparison(records, memory, commits, random, counters);
    this.nextRun = clock.getAsLong() + periodNanos;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Has the thread look at the clock. */
  void look() {
    wake.release();
  }

  SyncStatus status(long passedOver) {
    return counters.status(memory.epoch() == warmedEpoch, passedOver);
  }

  private void loop() {
    while (!closing) {
      try {
        work();
      } catch (StorageException e) {
        LOG.warn("sync job: {}; the next run tries again", e.getMessage());
      } catch (RuntimeException | Error e) {
        LOG.error("sync job failed, the next run tries again", e);
      }
      await();
    }
  }

  private void await() {
    try {
      if (periodNanos == 0) {
        wake.acquire();
      } else if (wake.tryAcquire(nextRun - clock.getAsLong(), TimeUnit.NANOSECONDS)) {
        wake.drainPermits();
      }
    } catch (InterruptedException e) {
      LOG.warn("thread was interrupted, which nothing in the engine does; going on");
    }
  }

  /** Does what is due. */
  private void work() {
    if (needsWarming() && !warmFailed) {
      warm();
    }
    long late = clock.getAsLong() - nextRun;
    if (periodNanos > 0 && late >= 0 && !closing) {
      counters.skippedRuns.add(late / periodNanos);
      nextRun += (late / periodNanos + 1) * periodNanos;
      try {
        run();
      } finally {
        long missed = Math.max(0, (clock.getAsLong() - nextRun + periodNanos) / periodNanos);
        counters.skippedRuns.add(missed);
        nextRun += missed * periodNanos;
        // Last: whoever sees the run counted may let the next period pass.
        counters.runs.increment();
      }
    }
  }

  private boolean needsWarming() {
    long epoch = memory.epoch();
    if (epoch != warmedEpoch) {
      counters.warmState = "waiting";
      warmedEpoch = epoch;
      warmed = false;
      warmFailed = false;
      warmFrom = memory.view().height();
      gapsFrom = 0;
    }
    return !warmed && MemoryAccess.isUp(memory.view());
  }

  private void run() {
    disk.nudge();
    if (needsWarming()) {
      warm();
    }
    if (warmed) {
      fillGaps();
      comparison.run(COMPARISONS_PER_RUN);
    }
  }

  /** From where the last attempt ended down to the bottom, or until memory is full. */
  private void warm() {
    long start = clock.getAsLong();
    long records = counters.warmRecords.sum();
    long bytes = counters.warmBytes.sum();
    reported = start;
    counters.warmState = "running";
    if (warmFrom > 0) {
      LOG.info("warming memory from block {} down", warmFrom);
    }
    try {
      MemoryWalk.End end = walk.down(warmFrom, Long.MAX_VALUE, false, new Warming());
      warmed = end == MemoryWalk.End.BOTTOM || end == MemoryWalk.End.FULL;
      counters.warmState =
          warmed ? "done" : end == MemoryWalk.End.GONE ? "waiting" : "stopped: " + end;
      if (counters.warmRecords.sum() > records) {
        LOG.info(
            "warmed memory down to block {} with {} records of {} bytes in {} ms: {}",
            counters.warmHeight,
            counters.warmRecords.sum() - records,
            counters.warmBytes.sum() - bytes,
            TimeUnit.NANOSECONDS.toMillis(clock.getAsLong() - start),
            end);
      }
    } catch (RuntimeException | Error e) {
      warmFailed = true;
      counters.warmState = "stopped: " + e.getMessage();
      LOG.warn(
          "warming memory stopped at block {}{}: {}",
          warmFrom,
          periodNanos == 0 ? "" : ", the sync job goes on with it",
          e instanceof StorageException ? e.getMessage() : e.toString());
    }
  }

  /** A stretch of the chain each time, newest first, then from the newest on again. */
  private void fillGaps() {
    long from = gapsFrom > 0 ? gapsFrom : memory.view().height();
    MemoryWalk.End end = walk.down(from, LOOKS_PER_RUN, true, new Refilling());
    if (end != MemoryWalk.End.LIMIT) {
      gapsFrom = 0;
    }
  }

  private final class Warming implements MemoryWalk.Progress {
    @Override
    public void put(int records, long bytes) {
      counters.warmRecords.add(records);
      counters.warmBytes.add(bytes);
    }

    @Override
    public void passed(long height) {
      warmFrom = height - 1;
      counters.warmHeight = height;
      long now = clock.getAsLong();
      if (now - reported >= REPORT_NANOS) {
        reported = now;
        LOG.info(
            "warming memory: at block {}, {} records of {} bytes so far",
            height,
            counters.warmRecords.sum(),
            counters.warmBytes.sum());
      }
    }
  }

  private final class Refilling implements MemoryWalk.Progress {
    @Override
    public void put(int records, long bytes) {
      counters.refilled.add(records);
    }

    @Override
    public void passed(long height) {
      gapsFrom = height - 1;
    }
  }

  /** Returns when the thread has ended; it looks up between two reads of the disk. */
  @Override
  public void close() {
    closing = true;
    wake.release();
    Threads.join(thread);
  }
}
