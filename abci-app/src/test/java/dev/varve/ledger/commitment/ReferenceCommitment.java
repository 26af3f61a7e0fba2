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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The specification of the package, followed to the letter and as slowly as it likes: everything is
 * computed anew from a map of the state and the whole log of positions.
 */
final class ReferenceCommitment {
  private static final byte[] ZERO = new byte[32];

  private record Entry(long prefix, ByteString keyHash, ByteString valueDigest) {}

  private static final class Position {
    final int number;
    final long bucket;
    final byte[] leaf;
    boolean active = true;

    Position(int number, long bucket, byte[] leaf) {
      this.number = number;
      this.bucket = bucket;
      this.leaf = leaf;
    }
  }

  private final TreeMap<ByteString, Entry> state =
      new TreeMap<>(ByteString.unsignedLexicographicalComparator());
  private final List<Position> log = new ArrayList<>();

  /** The last position of each bucket. */
  private final Map<Long, Position> last = new HashMap<>();

  private long buckets;
  private int oldest;
  private int base;

  /** Their hashes, each as of the block that last took it. */
  private byte[][] twigs = {ZERO};

  /** What the block turned inactive, in that order. */
  private final List<Integer> inactive = new ArrayList<>();

  private final byte[][] chains = new byte[64][];
  private ByteString root;

  ReferenceCommitment() {
    Arrays.fill(chains, ZERO);
    root = computeRoot();
  }

  ByteString root() {
    return root;
  }

  ByteString apply(List<StateWrite> writes) {
    List<byte[]> effective = new ArrayList<>();
    for (StateWrite write : writes) {
      byte[] keyHash = hash(1, write.key().toByteArray());
      ByteString id = ByteString.copyFrom(keyHash);
      if (!write.isDelete()) {
        byte[] digest = hash(2, write.value().toByteArray(), be8(write.height()));
        state.put(id, new Entry(prefix(keyHash), id, ByteString.copyFrom(digest)));
        effective.add(keyHash);
      } else if (state.remove(id) != null) {
        effective.add(keyHash);
      }
    }
    if (effective.isEmpty()) {
      return root;
    }
    long before = buckets;
    int start = log.size();
    buckets = (state.size() + 1L) / 2;
    TreeSet<Long> touched = new TreeSet<>();
    effective.forEach(keyHash -> touched.add(buckets == 0 ? -1 : address(prefix(keyHash))));
    for (long id = Math.min(before, buckets); id < Math.max(before, buckets); id++) {
      touched.add(id);
      if (id > 0) {
        touched.add(id - Long.highestOneBit(id));
      }
    }
    last.entrySet().stream()
        .filter(entry -> entry.getKey() >= buckets)
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> turnInactive(entry.getValue()));
    touched.removeIf(id -> id < 0 || id >= buckets);
    Map<Long, List<Entry>> contents = buckets == 0 ? Map.of() : contents();
    touched.forEach(bucket -> rewrite(bucket, contents));
    long limit = 3 * buckets + 4 * 4096;
    for (int moved = 0; moved < touched.size() && log.size() - oldest() > limit; moved++) {
      rewrite(log.get(oldest()).bucket, contents);
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
    return parts.size() == 1 ? chains[chain] : hash(8, parts.toArray(new byte[0][]));
  }

  private void turnInactive(Position position) {
    if (position.active) {
      position.active = false;
      inactive.add(position.number);
    }
  }

  /** The state's entries by bucket, each bucket's in ascending order of key hashes. */
  private Map<Long, List<Entry>> contents() {
    Map<Long, List<Entry>> contents = new HashMap<>();
    for (Entry entry : state.values()) {
      contents.computeIfAbsent(address(entry.prefix), id -> new ArrayList<>()).add(entry);
    }
    return contents;
  }

  private void rewrite(long bucket, Map<Long, List<Entry>> contents) {
    Position former = last.get(bucket);
    if (former != null) {
      turnInactive(former);
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (Entry entry : contents.getOrDefault(bucket, List.of())) {
      body.writeBytes(entry.keyHash.toByteArray());
      body.writeBytes(entry.valueDigest.toByteArray());
    }
    byte[] id = ByteBuffer.allocate(4).putInt((int) bucket).array();
    log.add(new Position(log.size(), bucket, hash(3, body.toByteArray(), id)));
    last.put(bucket, log.get(log.size() - 1));
  }

  /** The low bits of the first 8 bytes; one bit less where that bucket does not exist yet. */
  private long address(long prefix) {
    long modulus = 1;
    while (modulus < buckets) {
      modulus *= 2;
    }
    long bucket = Math.floorMod(prefix, modulus);
    return bucket < buckets ? bucket : bucket - modulus / 2;
  }

  private static long prefix(byte[] keyHash) {
    return ByteBuffer.wrap(keyHash).getLong();
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
    message.writeBytes(tree(window, 4, 6));
    for (byte[] chain : chains) {
      message.writeBytes(chain);
    }
    for (long number : new long[] {state.size(), buckets, base, log.size()}) {
      message.writeBytes(be8(number));
    }
    return ByteString.copyFrom(hash(7, message.toByteArray()));
  }

  private byte[] twig(int number) {
    byte[][] leaves = new byte[4096][];
    Arrays.fill(leaves, ZERO);
    byte[] bits = new byte[512];
    boolean active = false;
    for (int i = 0; i < 4096 && number * 4096 + i < log.size(); i++) {
      Position position = log.get(number * 4096 + i);
      leaves[i] = position.leaf;
      if (position.active) {
        bits[i / 8] |= (byte) (1 << (i % 8));
        active = true;
      }
    }
    return active ? hash(5, tree(leaves, 16, 4), bits) : ZERO;
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
