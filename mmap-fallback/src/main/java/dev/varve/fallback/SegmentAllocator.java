package dev.varve.fallback;

import dev.varve.fallback.io.FileIo;
import dev.varve.fallback.io.MappedFile;
import dev.varve.fallback.io.NoSpaceException;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes segments, one ahead in a thread of its own, and seals finished ones there.
 *
 * <p>Bounds: all segment files together stay within the capacity; one segment is ahead; at most
 * {@value #MAX_UNSEALED} wait to be sealed, then the caller seals one itself.
 *
 * <p>Threads: any; making one excludes making another, so a caller that needs the segment the
 * thread is at work on waits for that.
 */
final class SegmentAllocator implements AutoCloseable {
  static final int MAX_UNSEALED = 2;
  private static final Logger LOG = LoggerFactory.getLogger(SegmentAllocator.class);

  private final LogConfig config;
  private final FileIo files;
  private final SecureRandom random = new SecureRandom();
  private final AtomicLong heldBytes = new AtomicLong();
  private final Thread thread;

  private final Object making = new Object();
  private volatile Made ahead;
  private long nextId;

  private final Object work = new Object();
  private final ArrayDeque<Segment> unsealed = new ArrayDeque<>();
  private boolean wanted = true;
  private boolean busy;
  private boolean closed;

  private record Made(long id, MappedFile file) {}

  SegmentAllocator(LogConfig config, FileIo files, long nextId, long heldBytes) {
    this.config = config;
    this.files = files;
    this.nextId = nextId;
    this.heldBytes.set(heldBytes);
    thread = new Thread(this::run, "varve-log-prealloc-" + config.folder().getFileName());
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** An empty segment of at least so many bytes: the one ahead, or one made here and now. */
  Segment take(long leastBytes, long firstSequence, int pairs) {
    Made made;
    synchronized (making) {
      if (ahead != null && ahead.file.bytes().capacity() < leastBytes) {
        drop(ahead);
        ahead = null;
      }
      made = ahead == null ? make(Math.max(leastBytes, config.segmentBytes())) : ahead;
      ahead = null;
    }
    want();
    return Segment.blank(made.file, made.id, firstSequence, random.nextLong(), pairs);
  }

  private Made make(long leastBytes) {
    long bytes = (leastBytes + LogConfig.PAGE_BYTES - 1) & -LogConfig.PAGE_BYTES;
    if (bytes > Integer.MAX_VALUE || heldBytes.get() + bytes > config.capacityBytes()) {
      throw new FallbackLogException.Full(
          String.format(
              "fallback log %s is full: its segments take %d bytes of %d, the next one needs %d",
              config.folder(), heldBytes.get(), config.capacityBytes(), bytes));
    }
    try {
      long free = files.freeBytes(config.folder());
      if (free - bytes < config.freeBytesWatermark()) {
        throw new FallbackLogException.DiskFull(
            String.format(
                "fallback log %s: %d bytes are free, a segment of %d would leave fewer than the"
                    + " watermark of %d",
                config.folder(), free, bytes, config.freeBytesWatermark()),
            null);
      }
      long id = nextId++;
      MappedFile file =
          files.create(
              config.folder().resolve(SegmentFile.name(id)),
              (int) bytes,
              config.durability() == Durability.FORCED);
      heldBytes.addAndGet(bytes);
      return new Made(id, file);
    } catch (NoSpaceException e) {
      throw new FallbackLogException.DiskFull(
          "fallback log " + config.folder() + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new FallbackLogException.Io(
          "fallback log " + config.folder() + ": no segment can be made: " + e.getMessage(), e);
    }
  }

  private void drop(Made made) {
    heldBytes.addAndGet(-made.file.bytes().capacity());
    made.file.close();
    try {
      files.delete(made.file.file());
    } catch (IOException e) {
      LOG.warn("{} is not needed; the next open deletes it: {}", made.file.file(), e.toString());
    }
  }

  /** A segment's file is gone. */
  void deleted(Segment segment) {
    heldBytes.addAndGet(-segment.fileBytes());
    want();
  }

  /** Seals a segment soon. */
  void seal(Segment segment) {
    Segment here = null;
    synchronized (work) {
      unsealed.add(segment);
      if (unsealed.size() > MAX_UNSEALED) {
        here = unsealed.poll();
      }
      work.notifyAll();
    }
    if (here != null) {
      sealHeld(here);
    }
  }

  long heldBytes() {
    return heldBytes.get();
  }

  int ahead() {
    return ahead == null ? 0 : 1;
  }

  private void want() {
    synchronized (work) {
      wanted = true;
      work.notifyAll();
    }
  }

  private void run() {
    boolean failing = false;
    while (true) {
      Segment segment;
      synchronized (work) {
        busy = false;
        while (!closed && !wanted && unsealed.isEmpty()) {
          work.notifyAll();
          try {
            work.wait();
          } catch (InterruptedException notMeant) {
            LOG.debug("{} goes on after an interrupt; close ends it", thread.getName());
          }
        }
        if (closed) {
          return;
        }
        busy = true;
        segment = unsealed.poll();
        wanted &= segment != null;
      }
      try {
        if (segment != null) {
          sealHeld(segment);
        } else {
          failing = !makeAhead(failing);
        }
      } catch (RuntimeException | InternalError | OutOfMemoryError e) {
        LOG.error("fallback log {}: a segment cannot be prepared or sealed", config.folder(), e);
      }
    }
  }

  void awaitIdle() {
    boolean interrupted = false;
    synchronized (work) {
      while (!closed && (busy || wanted || !unsealed.isEmpty())) {
        try {
          work.wait();
        } catch (InterruptedException later) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean makeAhead(boolean failing) {
    try {
      synchronized (making) {
        if (ahead == null) {
          ahead = make(config.segmentBytes());
        }
      }
      return true;
    } catch (FallbackLogException e) {
      if (!failing) {
        LOG.warn("no segment ahead, an append that needs one will try again: {}", e.getMessage());
      }
      return false;
    }
  }

  private static void sealHeld(Segment segment) {
    if (segment.acquire()) {
      try {
        segment.seal();
      } finally {
        segment.release();
      }
    }
  }

  /** Ends the thread, whatever it is at, and lets go of the segment ahead. */
  @Override
  public void close() {
    synchronized (work) {
      closed = true;
      work.notifyAll();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    synchronized (making) {
      if (ahead != null) {
        drop(ahead);
        ahead = null;
      }
    }
  }
}
