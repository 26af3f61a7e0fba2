package dev.varve.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.fallback.FallbackLog;
import dev.varve.fallback.LogEntry;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StateWrite;
import dev.varve.storage.StorageException;
import dev.varve.storage.fixture.BatchBuilder;
import dev.varve.storage.fixture.GoldenBlocks;
import dev.varve.storage.fixture.Logs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  @Test
  void shouldCompleteADraftToTheSameBytes(@TempDir Path folder) throws IOException {
    FallbackLog log = Logs.forced(folder);
    BatchCodec codec = new BatchCodec();
    List<BlockBatch> blocks = new ArrayList<>(GoldenBlocks.all());
    blocks.add(BatchBuilder.random(3, 300, 40, new Random(1)).build());
    blocks.add(withLargeRecord(BatchBuilder.random(4, 3, 40, new Random(2)).build()));
    for (BlockBatch block : blocks) {
      BlockBatch draft = BatchBuilder.draftOf(block);
      assertThat(block.isOf(draft)).isTrue();
      codec.begin(draft);
      LogEntry completed = codec.complete(block);
      LogEntry encoded = new BatchCodec().encode(block);
      assertThat(bytes(completed)).isEqualTo(bytes(encoded));
      assertThat(BatchDecoder.decode(bytes(completed))).isEqualTo(block);
      requireKeys(log, completed);
    }
    log.close();
  }

  /** More than stands in front of a draft's bytes as a rule. */
  private static BlockBatch withLargeRecord(BlockBatch batch) {
    ByteString large = BatchBuilder.randomBytes(100_000, new Random(3));
    return new BlockBatch(
        batch.block().toBuilder().setNextValidatorsHash(large).build(),
        batch.txs(),
        batch.txHashes(),
        batch.results(),
        batch.logs(),
        batch.stateWrites(),
        batch.commitment(),
        batch.commitmentFloor(),
        batch.meta());
  }

  /** That the log finds each key where its record stands. */
  private static void requireKeys(FallbackLog log, LogEntry entry) {
    log.append(entry);
    byte[] payload = bytes(entry);
    for (int at = BatchCodec.HEADER_BYTES; at < payload.length; ) {
      LogRecord next = LogRecord.read(payload, at);
      List<Integer> found = new ArrayList<>();
      log.find(
          LogRecord.hash(next.type(), next.key()),
          (sequence, offset) -> {
            if (sequence == entry.sequence()) {
              found.add(offset);
            }
            return true;
          });
      assertThat(found).containsExactly(at);
      at = next.end();
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
    return bytes(new BatchCodec().encode(batch));
  }

  private static byte[] bytes(LogEntry entry) {
    return Arrays.copyOfRange(entry.payload(), entry.offset(), entry.offset() + entry.length());
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
