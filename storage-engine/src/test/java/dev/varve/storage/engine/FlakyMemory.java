package dev.varve.storage.engine;

import java.util.List;
import java.util.Optional;
import java.util.Random;

/** A memory store on the heap that fails on demand. */
final class FlakyMemory extends HeapMemoryStore {
  private volatile boolean failing;

  void fail() {
    failing = true;
  }

  private void check() {
    if (failing) {
      throw new IllegalStateException("injected");
    }
  }

  @Override
  public Optional<byte[]> get(byte[] key) {
    check();
    return super.get(key);
  }

  @Override
  public List<byte[]> sample(int count, Random random) {
    check();
    return super.sample(count, random);
  }

  @Override
  public void put(byte[] key, byte[] value) {
    check();
    super.put(key, value);
  }

  @Override
  public void remove(byte[] key) {
    check();
    super.remove(key);
  }
}
