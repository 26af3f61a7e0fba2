package dev.varve.storage.engine;

import dev.varve.storage.MemoryStore;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.IntStream;

/** A memory store on the heap, for tests of the engine alone. */
class HeapMemoryStore implements MemoryStore {
  final ConcurrentMap<String, byte[]> entries = new ConcurrentHashMap<>();

  static String hex(byte[] key) {
    return HexFormat.of().formatHex(key);
  }

  @Override
  public Optional<byte[]> get(byte[] key) {
    return Optional.ofNullable(entries.get(hex(key)));
  }

  @Override
  public Optional<byte[]> peek(byte[] key) {
    return get(key);
  }

  @Override
  public boolean offer(byte[] key, byte[] value) {
    if (peek(key).isEmpty()) {
      put(key, value);
    }
    return true;
  }

  @Override
  public List<byte[]> sample(int count, Random random) {
    List<String> keys = List.copyOf(entries.keySet());
    return IntStream.range(0, keys.isEmpty() ? 0 : count)
        .mapToObj(any -> HexFormat.of().parseHex(keys.get(random.nextInt(keys.size()))))
        .toList();
  }

  @Override
  public void put(byte[] key, byte[] value) {
    entries.put(hex(key), value);
  }

  @Override
  public void remove(byte[] key) {
    entries.remove(hex(key));
  }

  @Override
  public void clear() {
    entries.clear();
  }

  @Override
  public MemoryStats stats() {
    long bytes = entries.values().stream().mapToLong(value -> value.length).sum();
    return new MemoryStats(entries.size(), bytes, Long.MAX_VALUE, 0, 0, 0);
  }

  /** What is held, by hexadecimal key. */
  Map<String, byte[]> entries() {
    return entries;
  }

  @Override
  public void close() {
    entries.clear();
  }
}
