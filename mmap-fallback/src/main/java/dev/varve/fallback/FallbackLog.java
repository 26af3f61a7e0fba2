package dev.varve.fallback;

import dev.varve.fallback.io.FileIo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a store's batches in order while the store is slow or away, and gives them back in order.
 *
 * <p>Shapes: entries of consecutive sequence numbers from 1 up, with a payload and a key index; one
 * cursor, behind which entries are drained. The bytes on disk are described in this package's page.
 *
 * <p>Errors: {@link FallbackLogException}, whose kinds say what to do; {@link
 * IllegalArgumentException} for a sequence or slice that is not allowed. After a failed append
 * nothing of it stays and the next one may succeed. After a failed force its segment takes no
 * further entry: the next append starts a new one, whose header makes whatever the failed append
 * left on disk void. When the machine stops before a next append succeeded, an append that failed
 * or was cut off may come back at open, whole entries of it, in order, from its first on.
 *
 * <p>Threads: any. Appends, trims and truncations go one after the other; reads and finds wait for
 * none of them and see an entry once its append has returned. An interrupt of a calling thread
 * neither fails a call nor harms the log; the flag stays set. One thread of its own, {@code
 * varve-log-prealloc-<folder>}, ends with {@link #close}. A folder belongs to one open log: keeping
 * a second one out is the caller's (the node locks its home).
 */
public final class FallbackLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FallbackLog.class);

  private final LogConfig config;
  private final FileIo files;
  private final boolean forced;
  private final ReentrantLock lock = new ReentrantLock();
  private final Cursor cursor;
  private final SegmentAllocator allocator;
  private final Appender appender;
  private final List<Damage> damage;

  private final SegmentList segments = new SegmentList();

  private volatile boolean closed;

  private FallbackLog(LogConfig config, FileIo files, Cursor cursor) throws IOException {
    this.config = config;
    this.files = files;
    this.forced = config.durability() == Durability.FORCED;
    this.cursor = cursor;
    long highestId;
    try {
      highestId = SegmentFile.highestId(config.folder(), files);
      Recovery.Result found = Recovery.run(config.folder(), files, cursor.state(), forced);
      segments.set(found.segments());
      damage = Stream.concat(cursor.damage().stream(), found.damage().stream()).toList();
      boolean ahead = !segments.isEmpty() && cursor.value() > lastSequence();
      if (ahead || cursor.voidFrom() != 0) {
        cursor.set(ahead ? lastSequence() : cursor.value(), 0);
      }
    } catch (IOException | RuntimeException e) {
      segments.now().forEach(Segment::release);
      cursor.close();
      throw e;
    }
    long held = segments.now().stream().mapToLong(Segment::fileBytes).sum();
    this.allocator = new SegmentAllocator(config, files, highestId + 1, held);
    this.appender = new Appender(config, files, allocator);
  }

  /**
   * Opens the log of a folder: forced, it recovers what was acknowledged and reads every entry
   * once; volatile, it discards what is there.
   *
   * @throws FallbackLogException.Incompatible for a folder of another durability or version
   */
  public static FallbackLog open(LogConfig config, FileIo files) {
    boolean forced = config.durability() == Durability.FORCED;
    Path folder = config.folder();
    try {
      new LogFolder(folder, files).prepare(config.durability());
      FallbackLog log = new FallbackLog(config, files, Cursor.open(folder, files, forced));
      log.damage.forEach(d -> LOG.warn("{} at offset {}: {}", d.file(), d.offset(), d.what()));
      log.allocator.start();
      return log;
    } catch (IOException | RuntimeException e) {
      throw LogFolder.explained("fallback log " + folder + " cannot be opened", e);
    }
  }

  /** Appends one entry: {@link #append(List)} of one. */
  public void append(LogEntry entry) {
    append(List.of(entry));
  }

  /**
   * Appends entries that follow the last one without gap; in a log without entries any sequence may
   * be first. Forced, it returns after one force for all of them.
   *
   * @throws FallbackLogException.Full when the capacity does not admit the segment they need
   * @throws FallbackLogException.DiskFull when the disk or the watermark does not
   * @throws FallbackLogException.Io when writing or forcing failed
   * @throws IllegalArgumentException for a sequence that does not follow, or a key offset outside
   *     its payload
   */
  public void append(List<LogEntry> entries) {
    if (entries.isEmpty()) {
      return;
    }
    lock.lock();
    try {
      requireOpen();
      finishTruncation();
      if (segments.isEmpty() && cursor.value() != entries.get(0).sequence() - 1) {
        setCursor(entries.get(0).sequence() - 1);
      }
      segments.set(appender.append(segments.now(), entries));
    } finally {
      lock.unlock();
    }
  }

  /**
   * An entry's payload, or empty when the log does not hold the sequence. Checked against its
   * checksum each time; the array is the caller's.
   *
   * @throws FallbackLogException.Damaged when it does not read back as it was written
   */
  public Optional<byte[]> read(long sequence) {
    return read(sequence, segment -> segment.read(sequence));
  }

  /**
   * Part of an entry's payload: {@code length} bytes from {@code offset} on, fewer where the
   * payload ends before; empty when the log does not hold the sequence. NOT checked: the checksum
   * covers the whole payload, so a record read this way needs one of its own.
   *
   * @throws IllegalArgumentException for an offset outside the payload
   */
  public Optional<byte[]> read(long sequence, int offset, int length) {
    return read(sequence, segment -> segment.read(sequence, offset, length));
  }

  private Optional<byte[]> read(long sequence, Function<Segment, Optional<byte[]>> reader) {
    requireOpen();
    Segment segment = segments.acquire(sequence);
    if (segment == null) {
      requireOpen();
      return Optional.empty();
    }
    try {
      return reader.apply(segment);
    } finally {
      segment.release();
    }
  }

  /**
   * Shows a visitor every place of a key hash in the entries held, drained or not, newest first,
   * until it says stop. The visitor may read from the log.
   */
  public void find(long keyHash, HitVisitor visitor) {
    requireOpen();
    segments.find(keyHash, visitor);
    requireOpen();
  }

  /** The oldest sequence held; 0 when the log has no entries. */
  public long firstSequence() {
    return segments.first();
  }

  /** The newest sequence held; 0 when the log has no entries. */
  public long lastSequence() {
    return segments.last();
  }

  /**
   * The cursor: the last sequence that was drained. From {@link #firstSequence} - 1, when none of
   * the entries held is, to {@link #lastSequence}; 0 when the log has no entries.
   */
  public long drainedThrough() {
    List<Segment> now = segments.now();
    if (now.isEmpty()) {
      return 0;
    }
    long last = now.get(now.size() - 1).last();
    return Math.max(now.get(0).first() - 1, Math.min(cursor.value(), last));
  }

  /**
   * Whether no entry is left to drain. To compare {@link #drainedThrough} with {@link
   * #lastSequence} would not tell while entries are removed: this waits for that, and for an
   * append.
   */
  public boolean isDrained() {
    lock.lock();
    try {
      return drainedThrough() >= lastSequence();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Moves the cursor forward: everything up to {@code sequence} is durable in the store. Nothing is
   * forced and nothing deleted: a crash of the machine may move the cursor back, so draining again
   * must be harmless. A sequence at or behind the cursor changes nothing.
   *
   * @throws IllegalArgumentException for a sequence after {@link #lastSequence}
   */
  public void drainTo(long sequence) {
    lock.lock();
    try {
      requireOpen();
      if (sequence > lastSequence()) {
        throw new IllegalArgumentException(
            "entry " + sequence + " cannot be drained: the last is " + lastSequence());
      }
      if (sequence > drainedThrough()) {
        cursor.advance(sequence);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Lets go of entries up to {@code sequence}, at most of the drained ones: deletes the segments
   * that hold no others, never the newest entry. Forces the cursor before it deletes.
   *
   * @return the number of segments deleted
   */
  public int trimTo(long sequence) {
    lock.lock();
    try {
      requireOpen();
      long through = Math.min(sequence, drainedThrough());
      int count = segments.countThrough(through);
      if (count > 0) {
        cursor.force();
      }
      for (int i = 0; i < count; i++) {
        letGo(segments.now().get(0));
        segments.removeOldest();
      }
      return count;
    } catch (IOException e) {
      throw LogFolder.explained("fallback log " + config.folder() + " cannot be trimmed", e);
    } finally {
      lock.unlock();
    }
  }

  private void letGo(Segment segment) throws IOException {
    if (segment.isDamaged()) {
      files.rename(segment.path(), SegmentFile.aside(segment.path()));
    } else {
      files.delete(segment.path());
    }
    allocator.deleted(segment);
  }

  /**
   * Moves the cursor back, so that the entries after {@code sequence} are drained again; at most to
   * before the oldest entry held. Durable when it returns.
   *
   * @return the cursor as it is now
   */
  public long rewind(long sequence) {
    lock.lock();
    try {
      requireOpen();
      long to = Math.max(sequence, firstSequence() - 1);
      if (to < drainedThrough()) {
        setCursor(to);
      }
      return drainedThrough();
    } finally {
      lock.unlock();
    }
  }

  private void setCursor(long sequence) {
    try {
      cursor.set(sequence);
    } catch (IOException e) {
      throw LogFolder.explained(
          "fallback log " + config.folder() + ": the cursor cannot be set to " + sequence, e);
    }
  }

  /**
   * Removes the entries after {@code sequence}; the cursor moves back with them. Durable when it
   * returns. A sequence before the oldest entry leaves an empty log. When it fails it has removed
   * some of them or none; call it again. If neither that nor an append follows, the next open
   * finishes it.
   */
  public void truncateAfter(long sequence) {
    if (sequence < 0) {
      throw new IllegalArgumentException("sequence " + sequence + " is below 0");
    }
    lock.lock();
    try {
      requireOpen();
      if (!segments.isEmpty() && sequence < lastSequence()) {
        long drained = Math.max(sequence, firstSequence() - 1);
        cursor.set(Math.min(cursor.value(), drained), sequence + 1);
        while (!segments.isEmpty() && segments.newest().first() > sequence) {
          letGo(segments.newest());
          segments.removeNewest();
        }
        if (!segments.isEmpty() && segments.last() > sequence) {
          segments.newest().truncateAfter(sequence);
        }
      }
      finishTruncation();
    } catch (IOException e) {
      throw LogFolder.explained(
          "fallback log " + config.folder() + " cannot be truncated after " + sequence, e);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Before the next append: the mark would void it, as would a segment that came back; and without
   * the mark, what came back of removed entries would pass for damage.
   */
  private void finishTruncation() {
    if (cursor.voidFrom() == 0) {
      return;
    }
    try {
      segments.finishTruncation(forced);
      if (forced) {
        files.forceFolder(config.folder());
      }
      cursor.set(cursor.value(), 0);
    } catch (IOException e) {
      throw LogFolder.explained(
          "fallback log " + config.folder() + ": a truncation cannot be finished", e);
    }
  }

  /** Figures of this moment. */
  public LogStats stats() {
    List<Segment> now = segments.now();
    return new LogStats(
        now.stream().mapToLong(Segment::entries).sum(),
        now.stream().mapToLong(Segment::entryBytes).sum(),
        allocator.heldBytes(),
        config.capacityBytes(),
        now.size(),
        allocator.ahead(),
        appender.forces());
  }

  /** What open found that was not as it was written, in the order of the log. */
  public List<Damage> damage() {
    return damage;
  }

  /** Ends the thread, forces the cursor and lets go of the files. Later calls find it closed. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      allocator.close();
      cursor.force();
    } catch (IOException e) {
      LOG.warn("{}: the cursor is not forced, entries may drain again", config.folder(), e);
    } finally {
      if (cursor != null) {
        cursor.close();
      }
      segments.now().forEach(Segment::release);
      lock.unlock();
    }
  }

  /** Waits until the log's own thread has nothing to do; for tests that count calls. */
  void awaitIdle() {
    allocator.awaitIdle();
  }

  private void requireOpen() {
    if (closed) {
      throw new FallbackLogException.Closed("fallback log " + config.folder() + " is closed");
    }
  }
}
