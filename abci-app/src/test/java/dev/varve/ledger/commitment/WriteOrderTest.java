package dev.varve.ledger.commitment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class WriteOrderTest {
  private final WriteOrder order = new WriteOrder();

  @Property(tries = 200)
  void shouldSortByPrefixWithDeletesLast(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 3_000) int count,
      @ForAll @IntRange(min = 0, max = 63) int alike) {
    Random random = new Random(seed);
    long[] prefixes = random.longs(count).map(x -> x >>> alike).toArray();
    boolean[] deletes = new boolean[count];
    for (int i = 0; i < count; i++) {
      deletes[i] = random.nextBoolean();
    }

    order.sort(prefixes, deletes, count);

    boolean[] seen = new boolean[count];
    for (int rank = 0; rank < count; rank++) {
      int write = order.write(rank);
      assertThat(seen[write]).as("write %d twice", write).isFalse();
      seen[write] = true;
      if (rank > 0) {
        int before = order.write(rank - 1);
        int compared = Long.compareUnsigned(prefixes[before], prefixes[write]);
        assertThat(compared).isLessThanOrEqualTo(0);
        assertThat(compared == 0 && deletes[before] && !deletes[write]).isFalse();
      }
    }
  }
}
