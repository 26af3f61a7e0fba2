package dev.varve.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.fixture.BatchBuilder;
import dev.varve.storage.record.TxLocation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecentLocationsTest {
  private static final int ENTRIES = 64;

  private final RecentLocations locations = new RecentLocations(ENTRIES);
  private final List<BlockBatch> blocks = new ArrayList<>();

  private void add(long height, Random random, int txs) {
    BatchBuilder batch = BatchBuilder.at(height);
    for (int i = 0; i < txs; i++) {
      batch.tx(ByteString.copyFromUtf8("tx" + random.nextInt(50)), random.nextInt(3) == 0 ? 1 : 0);
    }
    blocks.add(batch.build());
    locations.add(batch.build());
  }

  private Optional<ByteString> hashAt(TxLocation at) {
    return blocks.stream()
        .filter(block -> block.height() == at.getHeight())
        .map(block -> block.txHashes().get(at.getIndex()))
        .findFirst();
  }

  private TxLocation find(ByteString hash, long through) {
    return locations.success(hash, through, this::hashAt);
  }

  /** The last success of each hash in the last so many transactions. */
  private Map<ByteString, TxLocation> lastSuccesses(int txs) {
    Map<ByteString, TxLocation> last = new HashMap<>();
    int left = txs;
    for (int block = blocks.size() - 1; block >= 0; block--) {
      BlockBatch batch = blocks.get(block);
      for (int i = batch.txs().size() - 1; i >= 0 && left > 0; i--, left--) {
        if (batch.results().get(i).getCode() == 0) {
          TxLocation at =
              TxLocation.newBuilder()
                  .setHeight(batch.height())
                  .setIndex(i)
                  .setSuccess(true)
                  .build();
          last.putIfAbsent(batch.txHashes().get(i), at);
        }
      }
    }
    return last;
  }

  @Test
  void shouldFindTheLastSuccessAmongTheLastTransactions() {
    Random random = new Random(1);
    for (long height = 1; height <= 300; height++) {
      add(height, random, random.nextInt(20));
      Map<ByteString, TxLocation> expected = lastSuccesses(ENTRIES);
      for (int i = 0; i < 50; i++) {
        ByteString hash = BatchBuilder.sha256(ByteString.copyFromUtf8("tx" + i));
        assertThat(find(hash, height)).as("tx%d at %d", i, height).isEqualTo(expected.get(hash));
      }
    }
  }

  @Test
  void shouldForgetWhatLiesBeforeAGapAndAnswerNothingItDoesNotReach() {
    Random random = new Random(2);
    add(1, random, 10);
    ByteString hash = lastSuccesses(ENTRIES).keySet().iterator().next();
    assertThat(find(hash, 1)).isNotNull();
    assertThat(find(hash, 2)).isNull();
    add(3, random, 0);
    assertThat(find(hash, 3)).isNull();
  }

  @Test
  void shouldGiveNoOlderPlaceThanOneThatCannotBeChecked() {
    add(1, new Random(3), 30);
    ByteString hash = lastSuccesses(ENTRIES).keySet().iterator().next();
    TxLocation first = find(hash, 1);
    blocks.add(BatchBuilder.at(2).tx(blocks.get(0).txs().get(first.getIndex()), 0).build());
    locations.add(blocks.get(1));
    assertThat(find(hash, 2).getHeight()).isEqualTo(2);
    blocks.remove(1);
    assertThat(find(hash, 2)).isNull();
    assertThat(locations.success(hash, 2, at -> Optional.of(ByteString.EMPTY))).isNull();
  }
}
