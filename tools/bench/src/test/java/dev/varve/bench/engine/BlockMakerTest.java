package dev.varve.bench.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BlockMakerTest {
  @Test
  void shouldMakeTheSameBlockOfAHeightAndOtherKeysInEachBlock() {
    BlockBatch block = new BlockMaker(100, 250).block(3);

    assertThat(new BlockMaker(100, 250).block(3)).isEqualTo(block);
    Set<ByteString> keys = new HashSet<>();
    for (long height = 1; height <= 5; height++) {
      new BlockMaker(100, 250).block(height).stateWrites().forEach(write -> keys.add(write.key()));
    }
    assertThat(keys).hasSize(500);
  }

  @Test
  void shouldMakeTransactionsOfTheSizeThatWriteTheKeyTheyName() {
    BlockBatch block = new BlockMaker(10, 250).block(1);

    assertThat(block.txs()).allMatch(tx -> tx.size() == 250);
    for (int i = 0; i < 10; i++) {
      ByteString key = BlockMaker.stateKey(1, i);
      assertThat(block.stateWrites().get(i).key()).isEqualTo(key);
      assertThat(block.txs().get(i).startsWith(key.substring(1))).isTrue();
    }
  }

  @Test
  void shouldCountSlicesOnceAndKeysEach() {
    assertThat(new BlockMaker(5_000, 250).storedRecords()).isEqualTo(2 + 3 * 79 + 10_000);
    assertThat(new BlockMaker(64, 250).memoryRecords()).isEqualTo(1 + 3 + 64);
  }
}
