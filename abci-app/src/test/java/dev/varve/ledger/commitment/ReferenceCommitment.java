package dev.varve.ledger.commitment;

import com.google.protobuf.ByteString;
import dev.varve.storage.StateWrite;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * The specification of the package, followed to the letter and as slowly as it likes: everything is
 * computed anew from a map of the state and the whole log of positions.
 */
final class ReferenceCommitment {
  private static final byte[] ZERO = new byte[32];

  private record Entry(ByteString keyHash, ByteString digest) {}

  private static final class Position {
    final int number;
    final long prefix;
    final byte[] record;
    boolean active = true;

    Position(int number, long prefix, byte[] record) {
      this.number = number;
      this.prefix = prefix;
      this.record = record;
    }
  }

  /** The groups by prefix, each in ascending order of key hashes. */
  private NavigableMap<Long, List<Entry>> groups = new TreeMap<>(Long::compareUnsigned);

  private final TreeMap<ByteString, Entry> state =
      new TreeMap<>(ByteString.unsignedLexicographicalComparator());
  private final List<Position> log = new ArrayList<>();

  /** The last position of each group. */
  private final Map<Long, Position> last = new HashMap<>();

  private final long prefixMask;
  private int oldest;
  private int base;

  /** Their hashes, each as of the block that last took it. */
  private byte[][] twigs = {ZERO};

  /** What the block turned inactive, in that order. */
  private final List<Integer> inactive = new ArrayList<>();

  private final byte[][] chains = new byte[64][];
  private ByteString root;

  ReferenceCommitment() {
    this(-1L);
  }

  ReferenceCommitment(long prefixMask) {
    this.prefixMask = prefixMask;
    Arrays.fill(chains, ZERO);
    root = computeRoot();
  }

  ByteString root() {
    return root;
  }

  ByteString apply(List<StateWrite> writes) {
    Set<Long> written = new HashSet<>();
    for (StateWrite write : writes) {
      byte[] keyHash = hash(1, write.key().toByteArray());
      ByteString id = ByteString.copyFrom(keyHash);
      if (!write.isDelete()) {
        byte[] digest = hash(2, keyHash, write.value().toByteArray(), be8(write.height()));
        state.put(id, new Entry(id, ByteString.copyFrom(digest)));
        written.add(prefix(id));
      } else if (state.remove(id) != null) {
        written.add(prefix(id));
      }
    }
    if (written.isEmpty()) {
      return root;
    }
    NavigableMap<Long, List<Entry>> before = groups;
    int start = log.size();
    groups = group();
    for (long prefix : before.keySet()) {
      if (!groups.containsKey(prefix)) {
        turnInactive(last.remove(prefix));
      }
    }
    List<Long> changed = new ArrayList<>();
    for (long prefix : groups.keySet()) {
      if (written.contains(prefix)
          || !before.containsKey(prefix)
          || next(before, prefix) != next(groups, prefix)) {
        changed.add(prefix);
      }
    }
    changed.forEach(this::rewrite);
    long limit = 3L * state.size() + 4 * 4096;
    for (int moved = 0; moved < changed.size() && log.size() - oldest() > limit; moved++) {
      rewrite(log.get(oldest()).prefix);
    }
    end(start);
    root = computeRoot();
    return root;
  }

  private void end(int start) {
    boolean settles = log.size() / 16384 != start / 16384;
    base = settles ? oldest() : base;
    int first = base / 4096;
    int count = log.size() / 4096 - first + 1;
    twigs = Arrays.copyOf(twigs, first + count);
    for (int number = first; number < first + count; number++) {
      boolean appended = log.size() > start && start < (number + 1) * 4096;
      if (settles || appended || twigs[number] == null) {
        twigs[number] = twig(number);
      }
    }
    for (int chain = 0; chain < 64; chain++) {
      chains[chain] = settles ? ZERO : extended(chain);
    }
    inactive.clear();
  }

  private byte[] extended(int chain) {
    List<byte[]> parts = new ArrayList<>(List.of(chains[chain]));
    for (int position : inactive) {
      if (position % 64 == chain) {
        parts.add(be8(position));
      }
    }
    return parts.size() == 1 ? chains[chain] : hash(9, parts.toArray(new byte[0][]));
  }

  private void turnInactive(Position position) {
    if (position.active) {
      position.active = false;
      inactive.add(position.number);
    }
  }

  private NavigableMap<Long, List<Entry>> group() {
    NavigableMap<Long, List<Entry>> grouped = new TreeMap<>(Long::compareUnsigned);
    for (Entry entry : state.values()) {
      grouped.computeIfAbsent(prefix(entry.keyHash), id -> new ArrayList<>()).add(entry);
    }
    return grouped;
  }

  private static long next(NavigableMap<Long, List<Entry>> grouped, long prefix) {
    Long higher = grouped.higherKey(prefix);
    return higher == null ? grouped.firstKey() : higher;
  }

  private void rewrite(long prefix) {
    Position former = last.get(prefix);
    if (former != null) {
      turnInactive(former);
    }
    List<byte[]> digests = new ArrayList<>();
    groups.get(prefix).forEach(entry -> digests.add(entry.digest.toByteArray()));
    byte[] digest = digests.size() == 1 ? digests.get(0) : hash(3, digests.toArray(new byte[0][]));
    byte[] record =
        ByteBuffer.allocate(48).putLong(prefix).putLong(next(groups, prefix)).put(digest).array();
    log.add(new Position(log.size(), prefix, record));
    last.put(prefix, log.get(log.size() - 1));
  }

  private long prefix(ByteString keyHash) {
    return keyHash.asReadOnlyByteBuffer().getLong() & prefixMask;
  }

  private int oldest() {
    // Positions never turn active again, so the search goes on where it ended.
    while (oldest < log.size() && !log.get(oldest).active) {
      oldest++;
    }
    return oldest;
  }

  private ByteString computeRoot() {
    int first = base / 4096;
    int count = log.size() / 4096 - first + 1;
    int capacity = 1;
    while (capacity < count) {
      capacity *= 4;
    }
    byte[][] window = new byte[capacity][];
    Arrays.fill(window, ZERO);
    for (int number = first; number < first + count; number++) {
      window[number % capacity] = twigs[number];
    }
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.writeBytes(tree(window, 4, 7));
    for (byte[] chain : chains) {
      message.writeBytes(chain);
    }
    for (long number : new long[] {state.size(), base, log.size()}) {
      message.writeBytes(be8(number));
    }
    return ByteString.copyFrom(hash(8, message.toByteArray()));
  }

  private byte[] twig(int number) {
    byte[] records = new byte[4096 * 48];
    byte[] bits = new byte[512];
    boolean active = false;
    for (int i = 0; i < 4096 && number * 4096 + i < log.size(); i++) {
      Position position = log.get(number * 4096 + i);
      System.arraycopy(position.record, 0, records, 48 * i, 48);
      if (position.active) {
        bits[i / 8] |= (byte) (1 << (i % 8));
        active = true;
      }
    }
    byte[][] pages = new byte[256][];
    for (int i = 0; i < 256; i++) {
      boolean begun = number * 4096 + 16 * i < log.size();
      pages[i] = begun ? hash(4, Arrays.copyOfRange(records, 768 * i, 768 * i + 768)) : ZERO;
    }
    return active ? hash(6, tree(pages, 16, 5), bits) : ZERO;
  }

  private static byte[] tree(byte[][] nodes, int arity, int tag) {
    byte[][] level = nodes;
    while (level.length > 1) {
      byte[][] parents = new byte[level.length / arity][];
      for (int i = 0; i < parents.length; i++) {
        byte[][] children = Arrays.copyOfRange(level, arity * i, arity * i + arity);
        boolean zero = Arrays.stream(children).allMatch(child -> child == ZERO);
        parents[i] = zero ? ZERO : hash(tag, children);
      }
      level = parents;
    }
    return level[0];
  }

  private static byte[] be8(long value) {
    return ByteBuffer.allocate(8).putLong(value).array();
  }

  private static byte[] hash(int tag, byte[]... parts) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (byte[] part : parts) {
        sha.update(part);
      }
      sha.update((byte) tag);
      return sha.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
