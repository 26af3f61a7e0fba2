package dev.varve.storage.engine;

import java.util.Optional;

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
