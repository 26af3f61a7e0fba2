package dev.varve.node;

import dev.varve.storage.MemoryStore;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Times one in {@value #SAMPLE} of the calls of a memory store; timing each would cost as much
 * again as a tenth of them.
 */
final class MeteredMemoryStore implements MemoryStore {
  private static final int SAMPLE = 64;

  private final MemoryStore store;
  private final Timer get;
  private final Timer put;

  MeteredMemoryStore(MemoryStore store, NodeMetrics metrics) {
    this.store = store;
    get = metrics.storeCall("memory", "get");
    put = metrics.storeCall("memory", "put");
  }

  private static boolean sampled() {
    return ThreadLocalRandom.current().nextInt(SAMPLE) == 0;
  }

  @Override
  public Optional<byte[]> get(byte[] key) {
    return sampled() ? get.record(() -> store.get(key)) : store.get(key);
  }

  @Override
  public Optional<byte[]> peek(byte[] key) {
    return store.peek(key);
  }

  @Override
  public boolean offer(byte[] key, byte[] value) {
    return store.offer(key, value);
  }

  @Override
  public List<byte[]> sample(int count, Random random) {
    return store.sample(count, random);
  }

  @Override
  public void put(byte[] key, byte[] value) {
    if (sampled()) {
      put.record(() -> store.put(key, value));
    } else {
      store.put(key, value);
    }
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
