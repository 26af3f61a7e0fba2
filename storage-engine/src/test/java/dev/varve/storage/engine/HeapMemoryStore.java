package dev.varve.storage.engine;

import dev.varve.storage.MemoryStore;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

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
