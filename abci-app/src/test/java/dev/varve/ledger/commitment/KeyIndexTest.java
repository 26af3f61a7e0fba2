package dev.varve.ledger.commitment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class KeyIndexTest {
  private final KeyIndex index = new KeyIndex();
  private final TreeMap<Long, Integer> model = new TreeMap<>(Long::compareUnsigned);

  /** Prefixes that begin alike in so many bits: what an attacker would look for. */
  @Property(tries = 60)
  void shouldEqualASortedMap(@ForAll long seed, @ForAll @IntRange(min = 0, max = 60) int alike) {
    KeyIndexTest test = new KeyIndexTest();
    Random random = new Random(seed);
    for (int phase = 0; phase < 4; phase++) {
      int inserts = phase % 2 == 0 ? 90 : 15;
      for (int i = 0; i < 1_500; i++) {
        long prefix = random.nextLong();
        if (random.nextInt(4) > 0) {
          prefix >>>= alike;
        }
        if (random.nextInt(100) < inserts) {
          test.put(prefix, i);
        } else if (!test.model.isEmpty()) {
          Long near = test.model.ceilingKey(prefix);
          test.remove(near == null ? test.model.firstKey() : near);
        }
      }
      test.check(random);
    }
    for (Long prefix : List.copyOf(test.model.keySet())) {
      test.remove(prefix);
    }
    assertThat(test.index.size()).isZero();
    assertThat(test.index.slots()).isEqualTo(1);
  }

  @Test
  void shouldShrinkWhenNearlyAllIsDeleted() {
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      put(random.nextLong(), i);
    }
    assertThat(index.slots()).as("slots of many").isBetween(8_192, 32_768);
    check(random);
    List<Long> prefixes = new ArrayList<>(model.keySet());
    Collections.shuffle(prefixes, random);
    prefixes.subList(0, 99_990).forEach(this::remove);
    check(random);
    assertThat(index.slots()).as("slots of few").isLessThanOrEqualTo(16);
  }

  @Test
  void shouldKeepTheDirectorySmallUnderPrefixesThatBeginAlike() {
    for (int i = 0; i < 20_000; i++) {
      put(i, i);
    }
    assertThat(index.slots()).isLessThanOrEqualTo(2 * 20_000 / 7);
    check(new Random(2));
  }

  @Test
  void shouldNotTrustAHintThatNoLongerHolds() {
    for (int i = 0; i < 10; i++) {
      put(10L * i, i);
    }
    for (int hint = 0; hint < 12; hint++) {
      assertThat(index.seek(50, hint)).isTrue();
      assertThat(index.entries()).isEqualTo(5);
      assertThat(index.seek(51, hint)).isFalse();
      assertThat(index.predecessor()).isEqualTo(50);
    }
  }

  private void put(long prefix, int value) {
    assertThat(index.seek(prefix)).isEqualTo(model.containsKey(prefix));
    if (model.put(prefix, value) == null) {
      index.insert(prefix, value, ~value);
    } else {
      index.set(index.place(), value, ~value);
    }
  }

  private void remove(long prefix) {
    assertThat(index.seek(prefix)).isTrue();
    index.remove();
    model.remove(prefix);
  }

  private void check(Random random) {
    assertThat(index.size()).isEqualTo(model.size());
    model.forEach(
        (prefix, value) -> {
          assertThat(index.seek(prefix)).isTrue();
          assertThat(index.entries()).isEqualTo(value);
          assertThat(index.position()).isEqualTo(~value);
          assertThat(index.successor()).isEqualTo(orFirst(model.higherKey(prefix)));
          assertThat(index.predecessor()).isEqualTo(orLast(model.lowerKey(prefix)));
        });
    for (int i = 0; i < 100 && !model.isEmpty(); i++) {
      long prefix = random.nextLong() >>> random.nextInt(64);
      assertThat(index.seek(prefix)).isEqualTo(model.containsKey(prefix));
      assertThat(index.predecessor()).isEqualTo(orLast(model.lowerKey(prefix)));
    }
  }

  private long orFirst(Long prefix) {
    return prefix == null ? model.firstKey() : prefix;
  }

  private long orLast(Long prefix) {
    return prefix == null ? model.lastKey() : prefix;
  }
}
