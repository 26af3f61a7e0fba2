package dev.varve.fallback;

import java.nio.ByteBuffer;

/**
 * The index of a sealed segment, in its bytes: sorted hashes and beside them where they stand. This
 * package's page draws it.
 *
 * <p>Threads: any, once written. Its checksum is verified when it is loaded, not at every search.
 */
final class Footer {
  static final int MAGIC = 0x52544656; // "VFTR"
  static final int HEADER_BYTES = 32;
  static final int PAIR_BYTES = 16;

  private final ByteBuffer segment;
  private final int pairs;
  private final int hashesAt;
  private final int placesAt;

  private Footer(ByteBuffer segment, int at) {
    this.segment = segment;
    this.pairs = segment.getInt(at + 16);
    this.hashesAt = at + HEADER_BYTES;
    this.placesAt = hashesAt + pairs * 8;
  }

  static long bytes(long pairs) {
    return HEADER_BYTES + pairs * PAIR_BYTES;
  }

  /** Writes the pairs of the first {@code entries} entries; the magic last. */
  static Footer write(
      ByteBuffer segment, int at, long salt, long last, int entries, ActiveIndex index) {
    Writer writer = new Writer(segment, at + HEADER_BYTES, index.pairs(), entries);
    index.sorted(writer);
    int pairs = writer.close();
    segment.putLong(at + 8, last);
    segment.putInt(at + 16, pairs);
    segment.putInt(at + 20, entries);
    segment.putLong(at + 24, 0);
    segment.putInt(at + 4, Checksums.salted(salt, segment, at + 8, (int) bytes(pairs) - 8));
    segment.putInt(at, MAGIC);
    return new Footer(segment, at);
  }

  /** Whether a whole, unchanged footer stands there. */
  static boolean valid(ByteBuffer segment, int at, long salt) {
    if (at > segment.capacity() - HEADER_BYTES || segment.getInt(at) != MAGIC) {
      return false;
    }
    int pairs = segment.getInt(at + 16);
    return pairs >= 0
        && bytes(pairs) <= segment.capacity() - at
        && segment.getInt(at + 4)
            == Checksums.salted(salt, segment, at + 8, (int) bytes(pairs) - 8);
  }

  static long last(ByteBuffer segment, int at) {
    return segment.getLong(at + 8);
  }

  static Footer load(ByteBuffer segment, int at) {
    return new Footer(segment, at);
  }

  /** Shows the places of a hash, newest first; false when the hits said stop. */
  boolean find(long mixed, ActiveIndex.Hits hits) {
    for (int i = last(mixed); i >= 0 && segment.getLong(hashesAt + i * 8) == mixed; i--) {
      int place = placesAt + i * 8;
      if (!hits.hit(segment.getInt(place), segment.getInt(place + 4))) {
        return false;
      }
    }
    return true;
  }

  /** The last pair whose hash is not above this one, -1 when all are. */
  private int last(long mixed) {
    int low = 0;
    int high = pairs;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(segment.getLong(hashesAt + middle * 8), mixed) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  /** Hashes go to their place at once, places behind where all hashes may end, then move up. */
  private static final class Writer implements ActiveIndex.Pairs {
    private final ByteBuffer segment;
    private final int hashesAt;
    private final int placesAt;
    private final int entries;
    private int count;

    Writer(ByteBuffer segment, int hashesAt, int most, int entries) {
      this.segment = segment;
      this.hashesAt = hashesAt;
      this.placesAt = hashesAt + most * 8;
      this.entries = entries;
    }

    @Override
    public void pair(long mixed, int ordinal, int payloadOffset) {
      if (ordinal < entries) {
        segment.putLong(hashesAt + count * 8, mixed);
        segment.putInt(placesAt + count * 8, ordinal);
        segment.putInt(placesAt + count * 8 + 4, payloadOffset);
        count++;
      }
    }

    int close() {
      int from = placesAt;
      int to = hashesAt + count * 8;
      for (int i = 0; from != to && i < count; i++) {
        segment.putLong(to + i * 8, segment.getLong(from + i * 8));
      }
      return count;
    }
  }
}
