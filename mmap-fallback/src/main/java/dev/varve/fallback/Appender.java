package dev.varve.fallback;

import dev.varve.fallback.io.FileIo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes a group of entries as one run of bytes into one segment, forced once.
 *
 * <p>After a failure nothing of the group is there: what was written is zeroed again and its
 * segment takes no further entry, because after a failed force the system takes pages for clean
 * that never reached the disk. The next group starts a segment, whose header makes void whatever
 * the failed one left on disk. Threads: under the log's lock.
 */
final class Appender {
  private final LogConfig config;
  private final FileIo files;
  private final SegmentAllocator allocator;
  private final boolean forced;
  private final AtomicLong forces = new AtomicLong();

  Appender(LogConfig config, FileIo files, SegmentAllocator allocator) {
    this.config = config;
    this.files = files;
    this.allocator = allocator;
    this.forced = config.durability() == Durability.FORCED;
  }

  /** Forces asked for so far. */
  long forces() {
    return forces.get();
  }

  /** Appends to the newest segment or to a fresh one; returns the segments as they are now. */
  List<Segment> append(List<Segment> now, List<LogEntry> entries) {
    Segment newest = now.isEmpty() ? null : now.get(now.size() - 1);
    long first = entries.get(0).sequence();
    long next = newest == null ? first : newest.last() + 1;
    long bytes = 0;
    long pairs = 0;
    for (LogEntry entry : entries) {
      requireNext(entry, next++);
      bytes += EntryFormat.bytes(entry.length(), entry.keys().pairs());
      pairs += entry.keys().pairs();
    }
    if (newest != null && newest.fits(bytes, pairs)) {
      write(newest, entries, newest.end() + (int) bytes);
      return now;
    }
    // As many as in the segment before, so that the index need not grow on the way.
    int expected = newest == null ? 0 : newest.pairs();
    Segment fresh = allocator.take(Segment.bytesFor(bytes, pairs), first, expected);
    if (newest != null) {
      // Even if writing fails: the file of a fresh segment may come back after a power failure, and
      // would make void what were appended here.
      newest.finish();
    }
    writeFirst(fresh, entries, fresh.end() + (int) bytes);
    if (newest != null) {
      allocator.seal(newest);
    }
    List<Segment> with = new ArrayList<>(now);
    with.add(fresh);
    return List.copyOf(with);
  }

  private static void requireNext(LogEntry entry, long expected) {
    if (entry.sequence() != expected) {
      throw new IllegalArgumentException(
          String.format("entry %d does not follow: the next is %d", entry.sequence(), expected));
    }
    KeyIndex keys = entry.keys();
    for (int i = 0; i < keys.pairs(); i++) {
      if (keys.offset(i) > entry.length()) {
        throw new IllegalArgumentException(
            String.format(
                "key offset %d of entry %d is outside its payload of %d bytes",
                keys.offset(i), entry.sequence(), entry.length()));
      }
    }
  }

  private void writeFirst(Segment fresh, List<LogEntry> entries, int writtenTo) {
    try {
      write(fresh, entries, writtenTo);
    } catch (RuntimeException | Error e) {
      remove(fresh, e);
      throw e;
    }
  }

  private void write(Segment to, List<LogEntry> entries, int writtenTo) {
    try {
      to.write(entries);
      if (forced) {
        forces.incrementAndGet();
        to.force(writtenTo);
      }
    } catch (IOException | RuntimeException | Error e) {
      to.undo(writtenTo);
      if (e instanceof OutOfMemoryError outOfMemory) {
        throw outOfMemory;
      }
      throw LogFolder.explained(
          String.format(
              "fallback log %s: entry %d is not appended",
              config.folder(), entries.get(0).sequence()),
          e);
    }
    to.publish(entries.size(), writtenTo);
  }

  /** What a failed first append leaves is void; it goes for the space it takes. */
  private void remove(Segment segment, Throwable why) {
    try {
      files.delete(segment.path());
      allocator.deleted(segment);
    } catch (IOException e) {
      why.addSuppressed(e);
    }
    segment.release();
  }
}
