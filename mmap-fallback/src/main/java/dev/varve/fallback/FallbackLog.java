package dev.varve.fallback;

import dev.varve.fallback.io.FileIo;
import java.util.List;
import java.util.Optional;

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
 * left on disk void. An append that neither returned nor failed because the process or the machine
 * stopped may come back at open, whole entries of it, in order, from its first on.
 *
 * <p>Threads: any. Appends, trims and truncations go one after the other; reads and finds wait for
 * none of them and see an entry once its append has returned. An interrupt of a calling thread
 * neither fails a call nor harms the log; the flag stays set. One thread of its own, {@code
 * varve-log-prealloc-<folder>}, ends with {@link #close}. A folder belongs to one open log: keeping
 * a second one out is the caller's (the node locks its home).
 */
@SuppressWarnings("DoNotCallSuggester")
public final class FallbackLog implements AutoCloseable {
  private FallbackLog() {}

  /**
   * Opens the log of a folder: forced, it recovers what was acknowledged and reads every entry
   * once; volatile, it discards what is there.
   *
   * @throws FallbackLogException.Incompatible for a folder of another durability or version
   */
  public static FallbackLog open(LogConfig config, FileIo files) {
    throw new UnsupportedOperationException();
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
    throw new UnsupportedOperationException();
  }

  /**
   * An entry's payload, or empty when the log does not hold the sequence. Checked against its
   * checksum each time; the array is the caller's.
   *
   * @throws FallbackLogException.Damaged when it does not read back as it was written
   */
  public Optional<byte[]> read(long sequence) {
    throw new UnsupportedOperationException();
  }

  /**
   * Part of an entry's payload: {@code length} bytes from {@code offset} on, fewer where the
   * payload ends before; empty when the log does not hold the sequence. NOT checked: the checksum
   * covers the whole payload, so a record read this way needs one of its own.
   *
   * @throws IllegalArgumentException for an offset outside the payload
   */
  public Optional<byte[]> read(long sequence, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  /**
   * Shows a visitor every place of a key hash in the entries held, drained or not, newest first,
   * until it says stop. The visitor may read from the log.
   */
  public void find(long keyHash, HitVisitor visitor) {
    throw new UnsupportedOperationException();
  }

  /** The oldest sequence held; 0 when the log has no entries. */
  public long firstSequence() {
    throw new UnsupportedOperationException();
  }

  /** The newest sequence held; 0 when the log has no entries. */
  public long lastSequence() {
    throw new UnsupportedOperationException();
  }

  /**
   * The cursor: the last sequence that was drained. From {@link #firstSequence} - 1, when none of
   * the entries held is, to {@link #lastSequence}; 0 when the log has no entries.
   */
  public long drainedThrough() {
    throw new UnsupportedOperationException();
  }

  /**
   * Moves the cursor forward: everything up to {@code sequence} is durable in the store. Nothing is
   * forced and nothing deleted: a crash of the machine may move the cursor back, so draining again
   * must be harmless. A sequence at or behind the cursor changes nothing.
   *
   * @throws IllegalArgumentException for a sequence after {@link #lastSequence}
   */
  public void drainTo(long sequence) {
    throw new UnsupportedOperationException();
  }

  /**
   * Lets go of entries up to {@code sequence}, at most of the drained ones: deletes the segments
   * that hold no others, never the newest entry. Forces the cursor before it deletes.
   *
   * @return the number of segments deleted
   */
  public int trimTo(long sequence) {
    throw new UnsupportedOperationException();
  }

  /**
   * Moves the cursor back, so that the entries after {@code sequence} are drained again; at most to
   * before the oldest entry held. Durable when it returns.
   *
   * @return the cursor as it is now
   */
  public long rewind(long sequence) {
    throw new UnsupportedOperationException();
  }

  /**
   * Removes the entries after {@code sequence}; the cursor moves back with them. Durable when it
   * returns. A sequence before the oldest entry leaves an empty log.
   */
  public void truncateAfter(long sequence) {
    throw new UnsupportedOperationException();
  }

  /** Figures of this moment. */
  public LogStats stats() {
    throw new UnsupportedOperationException();
  }

  /** What open found that was not as it was written, in the order of the log. */
  public List<Damage> damage() {
    throw new UnsupportedOperationException();
  }

  /** Ends the thread, forces the cursor and lets go of the files. Later calls find it closed. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
