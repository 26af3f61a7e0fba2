package dev.varve.node;

import dev.varve.storage.MemoryStore;
import io.micrometer.core.instrument.Timer;
import java.util.Optional;

/** Times what a memory store is asked to do. */
final class MeteredMemoryStore implements MemoryStore {
  private final MemoryStore store;
  private final Timer get;
  private final Timer put;

  MeteredMemoryStore(MemoryStore store, NodeMetrics metrics) {
    this.store = store;
    get = metrics.storeCall("memory", "get");
    put = metrics.storeCall("memory", "put");
  }

  @Override
  public Optional<byte[]> get(byte[] key) {
    return get.record(() -> store.get(key));
  }

  @Override
  public void put(byte[] key, byte[] value) {
    put.record(() -> store.put(key, value));
  }

  @Override
  public void remove(byte[] key) {
    store.remove(key);
  }

  @Override
  public void clear() {
    store.clear();
  }

  @Override
  public MemoryStats stats() {
    return store.stats();
  }

  @Override
  public void close() {
    store.close();
  }
}
