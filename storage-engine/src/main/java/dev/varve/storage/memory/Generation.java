package dev.varve.storage.memory;

import java.util.Random;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.MapSegmentContext;

/**
 * One Chronicle Map and how full it is. A map never evicts and throws when it is full, so room is
 * reckoned before each put, and a map that had to grow counts as full.
 */
final class Generation implements AutoCloseable {
  private static final double KEY_BYTES = 33;
  private static final double VALUE_BYTES = 220;
  // What an entry takes besides key and value: its sizes, and the rounding up to whole chunks.
  private static final int ENTRY_OVERHEAD_BYTES = 32;
  // A map's segments fill unevenly; past this share of the whole the first of them runs over.
  private static final double FILL = 0.75;
  private static final long SEGMENT_BYTES = 2L << 20;
  private static final int MAX_SEGMENTS = 64;
  // A sample walks over so many entries of a segment at most; writers to it wait meanwhile.
  private static final int MAX_SKIPPED = 16_384;

  private final ChronicleMap<byte[], byte[]> map;
  private final long maxEntries;
  private final int segments;
  private final long emptyBytes;
  private long entries;
  private long bytes;

  private Generation(long maxEntries, int segments) {
    this.maxEntries = maxEntries;
    this.segments = segments;
    this.map =
        ChronicleMap.of(byte[].class, byte[].class)
            .name("varve-memory")
            .entries(maxEntries)
            .averageKeySize(KEY_BYTES)
            .averageValueSize(VALUE_BYTES)
            .actualSegments(segments)
            .putReturnsNull(true)
            .skipCloseOnExitHook(true)
            .create();
    this.emptyBytes = map.offHeapMemoryUsed();
  }

  /** The largest one that takes at most so many bytes off the heap. */
  static Generation ofAtMost(long offHeapBytes) {
    int segments = (int) Math.max(1, Math.min(MAX_SEGMENTS, offHeapBytes / SEGMENT_BYTES));
    double entryBytes = KEY_BYTES + VALUE_BYTES;
    long maxEntries = (long) (offHeapBytes / entryBytes);
    while (true) {
      Generation generation = new Generation(maxEntries, segments);
      if (generation.emptyBytes <= offHeapBytes) {
        return generation;
      }
      generation.close();
      // Chronicle rounds up in steps: aim a little below the share that was too much.
      maxEntries = (long) (0.97 * maxEntries * offHeapBytes / generation.emptyBytes);
    }
  }

  Generation sibling() {
    return new Generation(maxEntries, segments);
  }

  byte[] get(byte[] key) {
    return map.get(key);
  }

  /** Whether an empty map of this size takes the entry without crowding out much else. */
  boolean fits(byte[] key, byte[] value) {
    return size(key, value) <= emptyBytes / segments / 8;
  }

  boolean hasRoom(byte[] key, byte[] value) {
    return entries < maxEntries
        && bytes + size(key, value) <= FILL * maxEntries * (KEY_BYTES + VALUE_BYTES)
        && map.offHeapMemoryUsed() <= emptyBytes;
  }

  /** Returns whether there was room. */
  boolean put(byte[] key, byte[] value) {
    try {
      map.put(key, value);
    } catch (IllegalStateException | IllegalArgumentException full) {
      // Chronicle's way to say that a segment may not grow further.
      return false;
    }
    entries++;
    bytes += size(key, value);
    return true;
  }

  /** The key of an entry of a random segment; null where that has none. */
  byte[] sample(Random random) {
    try (MapSegmentContext<byte[], byte[], ?> segment =
        map.segmentContext(random.nextInt(segments))) {
      int size = (int) Math.min(MAX_SKIPPED, segment.size());
      if (size == 0) {
        return null;
      }
      int[] left = {random.nextInt(size)};
      byte[][] key = new byte[1][];
      segment.forEachSegmentEntryWhile(
          entry -> {
            if (left[0]-- > 0) {
              return true;
            }
            key[0] = entry.key().get();
            return false;
          });
      return key[0];
    }
  }

  boolean isEmpty() {
    return entries == 0;
  }

  void remove(byte[] key) {
    map.remove(key);
  }

  void clear() {
    map.clear();
    entries = 0;
    bytes = 0;
  }

  long entries() {
    return map.longSize();
  }

  long offHeapBytes() {
    return map.offHeapMemoryUsed();
  }

  private static long size(byte[] key, byte[] value) {
    return (long) key.length + value.length + ENTRY_OVERHEAD_BYTES;
  }

  @Override
  public void close() {
    map.close();
  }
}
