package dev.varve.fallback;

import dev.varve.fallback.io.MappedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One segment of the log: entries one after the other and, once sealed, a footer behind them.
 *
 * <p>Invariants: entries up to {@code count} are whole and acknowledged; behind the last of them
 * there is room for the footer; a pair is found in the index in memory or in the footer, never in
 * neither.
 *
 * <p>Threads: one writer at a time under the log's lock; sealing and truncating exclude each other
 * by this object's monitor; readers any, each between {@link #acquire} and {@link #release}: the
 * last one to leave a retired segment unmaps it.
 */
final class Segment {
  private final MappedFile file;
  private final ByteBuffer bytes;
  private final SegmentHeader header;
  private final AtomicInteger references = new AtomicInteger(1);

  private int[] offsets;
  private volatile int count;
  private volatile ActiveIndex index;
  private volatile Footer footer;
  private int end;
  private boolean closed;
  private boolean poisoned;
  private boolean sealable;

  /** Behind the end there are bytes of removed entries. */
  private boolean truncated;

  private volatile boolean damaged;
  private volatile Path path;

  private Segment(MappedFile file, SegmentHeader header, int[] offsets, int count, int end) {
    this.file = file;
    this.bytes = file.bytes();
    this.header = header;
    this.offsets = offsets;
    this.count = count;
    this.end = end;
    this.path = file.file();
  }

  /**
   * An empty segment in a file of zeros; nothing is written before the first append.
   *
   * @param pairs how many keys it is to have about
   */
  static Segment blank(MappedFile file, long id, long first, long salt, int pairs) {
    SegmentHeader header = new SegmentHeader(SegmentHeader.VERSION, id, first, salt);
    Segment segment = new Segment(file, header, new int[16], 0, SegmentHeader.BYTES);
    segment.index = new ActiveIndex(pairs);
    return segment;
  }

  /** A segment that was scanned; the index is built where no footer is given. */
  static Segment recovered(
      MappedFile file, SegmentHeader header, int[] offsets, int count, int end, boolean sealed) {
    Segment segment = new Segment(file, header, offsets, count, end);
    if (sealed) {
      segment.footer = Footer.load(segment.bytes, end);
      segment.poison(); // behind the footer there is no room
    } else {
      segment.rebuildIndex();
    }
    return segment;
  }

  long first() {
    return header.first();
  }

  long last() {
    return header.first() + count - 1;
  }

  int entries() {
    return count;
  }

  int fileBytes() {
    return bytes.capacity();
  }

  int entryBytes() {
    return end - SegmentHeader.BYTES;
  }

  Path path() {
    return path;
  }

  /** Where the next entry will stand. */
  int end() {
    return end;
  }

  /** Set when the file holds bytes worth keeping besides the entries. */
  boolean isDamaged() {
    return damaged;
  }

  void markDamaged() {
    damaged = true;
  }

  void renamed(Path now) {
    path = now;
  }

  /** Takes no further entry, for good. */
  void poison() {
    closed = true;
    poisoned = true;
  }

  /** Takes no further entry and may be sealed. */
  synchronized void finish() {
    closed = true;
    sealable = true;
  }

  /** How many keys the index in memory has. */
  int pairs() {
    ActiveIndex inMemory = index;
    return inMemory == null ? 0 : inMemory.pairs();
  }

  boolean fits(long entryBytes, long pairs) {
    return !closed && end + entryBytes + Footer.bytes(index.pairs() + pairs) <= bytes.capacity();
  }

  /** What a segment needs that shall take these entries first. */
  static long bytesFor(long entryBytes, long pairs) {
    return SegmentHeader.BYTES + entryBytes + Footer.bytes(pairs);
  }

  /**
   * Writes and indexes entries behind the last; they are not there for anybody before {@link
   * #publish}.
   */
  void write(List<LogEntry> entries) {
    if (count == 0) {
      header.encode(bytes);
    }
    if (count + entries.size() > offsets.length) {
      offsets = Arrays.copyOf(offsets, Math.max(offsets.length * 2, count + entries.size()));
    }
    long forcedThrough = last();
    int ordinal = count;
    int at = end;
    for (LogEntry entry : entries) {
      int next = at + EntryFormat.encode(entry, bytes, at, header.salt(), forcedThrough);
      addKeys(index, ordinal, at);
      offsets[ordinal++] = at;
      at = next;
    }
  }

  void force(int writtenTo) throws IOException {
    int from = count == 0 ? 0 : end;
    file.force(from, writtenTo - from);
  }

  /** Shows the next entries, written up to there. */
  void publish(int entries, int writtenTo) {
    end = writtenTo;
    int before = count;
    count = before + entries;
  }

  /** Takes back what was written and not published; the segment takes no further entry. */
  void undo(int writtenTo) {
    poison();
    Zeros.fill(bytes, count == 0 ? 0 : end, writtenTo);
  }

  private void addKeys(ActiveIndex to, int ordinal, int at) {
    int pairs = EntryFormat.pairs(bytes, at);
    for (int i = 0; i < pairs; i++) {
      long mixed = Checksums.mix(header.salt(), EntryFormat.keyHash(bytes, at, i));
      to.add(mixed, ordinal, EntryFormat.keyOffset(bytes, at, i));
    }
  }

  private void rebuildIndex() {
    ActiveIndex rebuilt = new ActiveIndex(0);
    for (int i = 0; i < count; i++) {
      addKeys(rebuilt, i, offsets[i]);
    }
    index = rebuilt;
  }

  /**
   * Moves the index from memory into the footer. Not forced: what is lost of it is rebuilt at open.
   */
  synchronized void seal() {
    ActiveIndex now = index;
    if (now == null || !sealable || damaged) {
      return;
    }
    if (Footer.bytes(now.pairs()) > bytes.capacity() - end) {
      return; // the file was cut off behind its entries: the index stays in memory
    }
    footer = Footer.write(bytes, end, header.salt(), last(), count, now);
    index = null;
  }

  /** Removes the entries after a sequence that is in the segment, but for their bytes. */
  synchronized void truncateAfter(long sequence) {
    sealable = false;
    int kept = (int) (sequence - first() + 1);
    int newEnd = EntryFormat.end(bytes, offsets[kept - 1]);
    count = kept;
    end = newEnd;
    rebuildIndex();
    footer = null;
    closed = true;
    truncated = true;
  }

  /**
   * Zeros the bytes of removed entries; then it may take entries again. Until it returns they may
   * come back, some of them in pieces.
   */
  synchronized void finishTruncation(boolean force) throws IOException {
    if (!truncated) {
      return;
    }
    Zeros.fill(bytes, end, bytes.capacity());
    if (force) {
      file.rewrite(end, bytes.capacity() - end); // a force before may have failed
      file.force(end, bytes.capacity() - end);
    }
    truncated = false;
    closed = poisoned;
  }

  /** An entry's checked payload. The caller holds the segment. */
  Optional<byte[]> read(long sequence) {
    int at = find(sequence);
    if (at < 0) {
      return Optional.empty();
    }
    try {
      if (EntryFormat.headerValid(bytes, at, header.salt())
          && EntryFormat.sequence(bytes, at) == sequence) {
        byte[] payload = new byte[EntryFormat.payloadBytes(bytes, at)];
        bytes.get(EntryFormat.payloadAt(bytes, at), payload);
        if (EntryFormat.payloadChecksum(bytes, at) == Checksums.of(payload, 0, payload.length)) {
          return Optional.of(payload);
        }
      }
    } catch (InternalError unreadable) {
      throw unreadable(sequence, at);
    }
    if (find(sequence) < 0) {
      return Optional.empty(); // truncated meanwhile
    }
    throw new FallbackLogException.Damaged(
        String.format(
            "entry %d in %s at offset %d does not match its checksum", sequence, path, at),
        path,
        at);
  }

  /** Part of an entry's payload, unchecked. The caller holds the segment. */
  Optional<byte[]> read(long sequence, int offset, int length) {
    int at = find(sequence);
    if (at < 0) {
      return Optional.empty();
    }
    try {
      if (!EntryFormat.headerValid(bytes, at, header.salt())) {
        return read(sequence);
      }
      int payloadBytes = EntryFormat.payloadBytes(bytes, at);
      if (offset < 0 || length < 0 || offset > payloadBytes) {
        throw new IllegalArgumentException(
            String.format(
                "%d bytes from %d are not in the payload of entry %d, which has %d",
                length, offset, sequence, payloadBytes));
      }
      byte[] part = new byte[Math.min(length, payloadBytes - offset)];
      bytes.get(EntryFormat.payloadAt(bytes, at) + offset, part);
      return Optional.of(part);
    } catch (InternalError unreadable) {
      throw unreadable(sequence, at);
    }
  }

  /** The Java machine's word for a mapped page that the disk does not give. */
  private FallbackLogException unreadable(long sequence, int at) {
    return new FallbackLogException.Damaged(
        String.format(
            "entry %d in %s at offset %d cannot be read from the disk", sequence, path, at),
        path,
        at);
  }

  private int find(long sequence) {
    long ordinal = sequence - first();
    return ordinal >= 0 && ordinal < count ? offsets[(int) ordinal] : -1;
  }

  /** Shows the places of a key hash, newest first; false when the visitor said stop. */
  boolean find(long keyHash, HitVisitor visitor) {
    long mixed = Checksums.mix(header.salt(), keyHash);
    int entries = count;
    ActiveIndex.Hits hits =
        (ordinal, offset) -> ordinal >= entries || visitor.visit(first() + ordinal, offset);
    ActiveIndex inMemory = index;
    if (inMemory != null) {
      return inMemory.find(mixed, hits);
    }
    Footer inFile = footer;
    return inFile == null ? index.find(mixed, hits) : inFile.find(mixed, hits);
  }

  /** Keeps the map from being unmapped; false when the segment is gone. */
  boolean acquire() {
    int now = references.get();
    while (now > 0) {
      if (references.compareAndSet(now, now + 1)) {
        return true;
      }
      now = references.get();
    }
    return false;
  }

  /** Ends what {@link #acquire} began; the log's own hold ends so too. */
  void release() {
    if (references.decrementAndGet() == 0) {
      file.close();
    }
  }
}
