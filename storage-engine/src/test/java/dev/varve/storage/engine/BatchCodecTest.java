package dev.varve.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.fallback.LogEntry;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StateWrite;
import dev.varve.storage.StorageException;
import dev.varve.storage.fixture.BatchBuilder;
import dev.varve.storage.fixture.GoldenBlocks;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

/** A block as the fallback log has it: its bytes, and what becomes of it when they change. */
class BatchCodecTest {
  @Test
  void shouldWriteAndReadTheBytesOfVersionOne() throws IOException {
    List<String> golden = GoldenBlocks.lines(BatchCodecTest.class, "entry-1.golden");
    List<BlockBatch> blocks = GoldenBlocks.all();
    assertThat(golden).hasSameSizeAs(blocks);
    for (int i = 0; i < golden.size(); i++) {
      assertThat(HexFormat.of().formatHex(encode(blocks.get(i)))).isEqualTo(golden.get(i));
      assertThat(BatchDecoder.decode(HexFormat.of().parseHex(golden.get(i))))
          .isEqualTo(blocks.get(i));
    }
  }

  /** The log's own checksum over the entry, which is not looked at here, finds the rest. */
  @Property(tries = 3000, shrinking = ShrinkingMode.OFF)
  void shouldGiveTheBlockOrTheErrorWhateverChanges(@ForAll long seed) {
    Random random = new Random(seed);
    BlockBatch batch =
        BatchBuilder.random(1 + random.nextInt(300), 3, 20, random)
            .write("sdeleted", null)
            .meta("name", ByteString.copyFromUtf8("value"))
            .build();
    byte[] payload = change(encode(batch), random);
    BlockBatch read;
    try {
      read = BatchDecoder.decode(payload);
    } catch (StorageException.Corruption e) {
      assertThat(e).hasMessageMatching("(?s).*(log entry|record).*");
      return;
    }
    assertThat(withoutUnchecked(read)).isEqualTo(withoutUnchecked(batch));
  }

  private static byte[] encode(BlockBatch batch) {
    LogEntry entry = new BatchCodec().encode(batch);
    return Arrays.copyOf(entry.payload(), entry.length());
  }

  private static byte[] change(byte[] payload, Random random) {
    int at = random.nextInt(payload.length);
    int to = Math.min(payload.length, at + 1 + random.nextInt(40));
    switch (random.nextInt(5)) {
      case 0 -> payload[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> payload[at] = (byte) random.nextInt();
      case 2 -> Arrays.fill(payload, at, to, (byte) 0);
      case 3 -> {
        return Arrays.copyOf(payload, at);
      }
      default -> {
        // A stretch is there twice.
        byte[] longer = Arrays.copyOf(payload, payload.length + to - at);
        System.arraycopy(payload, at, longer, to, payload.length - at);
        return longer;
      }
    }
    return payload;
  }

  /** Without the two that no record's checksum covers: the floor, and the keys that are deleted. */
  private static BlockBatch withoutUnchecked(BlockBatch batch) {
    List<StateWrite> puts =
        batch.stateWrites().stream().filter(write -> !write.isDelete()).toList();
    return new BlockBatch(
        batch.block(),
        batch.txs(),
        batch.txHashes(),
        batch.results(),
        batch.logs(),
        puts,
        batch.commitment(),
        0,
        batch.meta());
  }
}
