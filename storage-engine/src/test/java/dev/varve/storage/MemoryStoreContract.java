package dev.varve.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every memory store must do; a store's own test extends it. */
public abstract class MemoryStoreContract {
  protected static final long BOUND_BYTES = 24L << 20;

  protected MemoryStore store;

  protected abstract MemoryStore create(long boundBytes);

  @BeforeEach
  void createStore() {
    store = create(BOUND_BYTES);
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  private static byte[] key(long number) {
    return ByteBuffer.allocate(33).putLong(25, number).array();
  }

  @Test
  void shouldGiveBackTheLastPut() {
    store.put(key(1), new byte[] {1});
    store.put(key(2), new byte[0]);
    store.put(key(1), new byte[] {2, 3});
    assertThat(store.get(key(1))).hasValueSatisfying(v -> assertThat(v).containsExactly(2, 3));
    assertThat(store.get(key(2))).hasValueSatisfying(v -> assertThat(v).isEmpty());
    assertThat(store.get(key(3))).isEmpty();
  }

  @Test
  void shouldForgetWhatIsRemovedOrCleared() {
    store.put(key(1), new byte[] {1});
    store.put(key(2), new byte[] {2});
    store.remove(key(1));
    store.remove(key(9));
    assertThat(store.get(key(1))).isEmpty();
    assertThat(store.get(key(2))).isPresent();
    store.clear();
    assertThat(store.get(key(2))).isEmpty();
    assertThat(store.stats().entries()).isZero();
    store.put(key(2), new byte[] {3});
    assertThat(store.get(key(2))).isPresent();
  }

  @Test
  void shouldForgetTheOldValueWhenTheNewOneIsTooLarge() {
    store.put(key(1), new byte[] {1});
    store.put(key(1), new byte[(int) BOUND_BYTES + 1]);
    assertThat(store.get(key(1))).isEmpty();
  }

  /** Mixed sizes, overwrites and removals, many times the bound: newest there, never stale. */
  @Test
  void shouldStayWithinItsBoundAndNeverAnswerStale() {
    long seed = 42;
    Random random = new Random(seed);
    Map<Long, byte[]> latest = new HashMap<>();
    for (int i = 0; i < 120_000; i++) {
      long number = i % 10 == 0 ? random.nextInt(50) : i;
      int size = random.nextInt(12) == 0 ? 4 + random.nextInt(30_000) : 20 + random.nextInt(300);
      byte[] value = new byte[size];
      ByteBuffer.wrap(value).putInt(i);
      if (random.nextInt(40) == 0) {
        store.remove(key(number));
        latest.remove(number);
      } else {
        store.put(key(number), value);
        latest.put(number, Arrays.copyOf(value, 4));
      }
      requireLatest(latest, number, seed);
      requireLatest(latest, random.nextInt(50), seed);
      if (i % 1000 == 0) {
        assertThat(store.stats().bytes()).isLessThanOrEqualTo(BOUND_BYTES * 5 / 4);
      }
    }
    MemoryStore.MemoryStats stats = store.stats();
    assertThat(stats.evictions()).isPositive();
    assertThat(stats.boundBytes()).isEqualTo(BOUND_BYTES);
    assertThat(stats.entries()).isPositive();
    assertThat(stats.hits()).isPositive();
    store.put(key(-1), new byte[] {1});
    assertThat(store.get(key(-1))).isPresent();
    for (long oldest = 51; oldest < 1000; oldest++) {
      assertThat(store.get(key(oldest))).isEmpty();
    }
  }

  private void requireLatest(Map<Long, byte[]> latest, long number, long seed) {
    Optional<byte[]> held = store.get(key(number));
    byte[] expected = latest.get(number);
    if (expected == null) {
      assertThat(held).as("key %d, seed %d", number, seed).isEmpty();
    } else if (held.isPresent()) {
      assertThat(Arrays.copyOf(held.get(), 4))
          .as("key %d, seed %d", number, seed)
          .isEqualTo(expected);
    }
  }

  @Test
  void shouldTakeOffersUntilSomethingHadToGo() {
    byte[] value = new byte[300];
    int offered = 0;
    while (store.offer(key(offered), value)) {
      offered++;
    }
    assertThat(offered).isPositive();
    assertThat(store.stats().evictions()).isZero();
    assertThat(store.stats().bytes()).isLessThanOrEqualTo(BOUND_BYTES);
    assertThat(store.peek(key(offered))).isEmpty();
    for (int i = 0; i < offered; i++) {
      assertThat(store.peek(key(i))).as("offer %d of %d", i, offered).isPresent();
    }
    int put = 0;
    while (store.stats().evictions() == 0) {
      store.put(key(-1 - put), value);
      put++;
    }
    assertThat(store.peek(key(offered - 1))).as("the last offer went first").isEmpty();
    assertThat(store.peek(key(0))).as("the first offer stayed").isPresent();
    for (int i = 0; i < put; i++) {
      assertThat(store.peek(key(-1 - i))).isPresent();
    }
  }

  @Test
  void shouldPassOverAnOfferOfAKeyItHolds() {
    store.put(key(1), new byte[] {1});
    assertThat(store.offer(key(1), new byte[] {2})).isTrue();
    assertThat(store.peek(key(1))).hasValueSatisfying(v -> assertThat(v).containsExactly(1));
    assertThat(store.offer(key(2), new byte[(int) BOUND_BYTES])).isTrue();
    assertThat(store.peek(key(2))).isEmpty();
    assertThat(store.offer(key(3), new byte[] {3})).isTrue();
    store.put(key(3), new byte[] {4});
    assertThat(store.peek(key(3))).hasValueSatisfying(v -> assertThat(v).containsExactly(4));
  }

  @Test
  void shouldSampleKeysItHolds() {
    Random random = new Random(5);
    assertThat(store.sample(3, random)).isEmpty();
    Map<Long, Integer> found = new HashMap<>();
    for (long number = 0; number < 20; number++) {
      store.put(key(number), new byte[] {1});
    }
    for (int i = 0; i < 300; i++) {
      for (byte[] key : store.sample(4, random)) {
        assertThat(store.peek(key)).isPresent();
        found.merge(ByteBuffer.wrap(key).getLong(25), 1, Integer::sum);
      }
    }
    assertThat(found).hasSize(20);
  }

  @Test
  void shouldCountHitsAndMisses() {
    store.put(key(1), new byte[] {1});
    store.get(key(1));
    store.get(key(1));
    store.get(key(2));
    store.peek(key(1));
    store.peek(key(2));
    assertThat(store.stats().hits()).isEqualTo(2);
    assertThat(store.stats().misses()).isEqualTo(1);
  }

  @Test
  void shouldAnswerClosedAfterClose() {
    store.close();
    store.close();
    assertThatThrownBy(() -> store.get(key(1))).isInstanceOf(StorageException.Closed.class);
    assertThatThrownBy(() -> store.put(key(1), new byte[1]))
        .isInstanceOf(StorageException.Closed.class);
  }
}
