package dev.varve.storage.disk.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.ByteRange;
import net.jqwik.api.constraints.Size;

class SortOrderTest {
  private static int[] expected(byte[][] keys) {
    return IntStream.range(0, keys.length)
        .boxed()
        .sorted(Comparator.comparing(place -> keys[place], Arrays::compareUnsigned))
        .mapToInt(place -> place)
        .toArray();
  }

  @Property
  void shouldSortAnyKeysAsUnsignedBytesAndStably(@ForAll List<byte[]> keys) {
    byte[][] all = keys.toArray(new byte[0][]);
    assertThat(SortOrder.ofKeys(all)).isEqualTo(expected(all));
  }

  @Property
  void shouldSortKeysThatShareLongHeads(
      @ForAll @Size(max = 40) List<@Size(max = 12) List<@ByteRange(min = -1, max = 0) Byte>> keys) {
    byte[][] all = new byte[keys.size()][];
    for (int i = 0; i < all.length; i++) {
      all[i] = new byte[keys.get(i).size()];
      for (int b = 0; b < all[i].length; b++) {
        all[i][b] = keys.get(i).get(b);
      }
    }
    assertThat(SortOrder.ofKeys(all)).isEqualTo(expected(all));
  }
}
