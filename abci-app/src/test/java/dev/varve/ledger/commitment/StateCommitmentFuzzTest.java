package dev.varve.ledger.commitment;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.storage.StateWrite;
import dev.varve.storage.StorageException;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class StateCommitmentFuzzTest {
  @Property(tries = 40)
  void shouldEqualTheReference(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 400) int keySpace,
      @ForAll @IntRange(min = 0, max = 100) int deletes,
      @ForAll @IntRange(min = 1, max = 64) int prefixBits) {
    History history = new History(seed, keySpace);
    long mask = -1L << (64 - prefixBits);
    StateCommitment commitment = StateCommitment.empty(mask);
    ReferenceCommitment reference = new ReferenceCommitment(mask);
    Random random = new Random(seed);
    for (int block = 0; block < 30; block++) {
      int size = random.nextInt(60);
      List<StateWrite> writes = history.next(size, block % 3 == 0 ? deletes : 10);
      ByteString root = commitment.apply(history.height(), writes).root();
      assertThat(root).as("block %d", block).isEqualTo(reference.apply(writes));
      assertThat(commitment.root()).isEqualTo(root);
    }
    List<StateWrite> all = history.deleteAll();
    assertThat(commitment.apply(history.height(), all).root()).isEqualTo(reference.apply(all));
    List<StateWrite> again = history.next(50, 0);
    assertThat(commitment.apply(history.height(), again).root()).isEqualTo(reference.apply(again));
  }

  @Property(tries = 25)
  void shouldGoOnAsIfNeverStopped(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 3_000) int keySpace,
      @ForAll @IntRange(min = 0, max = 100) int deletes) {
    History history = new History(seed, keySpace);
    Random random = new Random(seed);
    MemoryEngine engine = new MemoryEngine();
    StateCommitment running = StateCommitment.empty();
    StateCommitment restored = StateCommitment.empty();
    for (int block = 0; block < 40; block++) {
      List<StateWrite> writes = history.next(random.nextInt(800), block % 4 == 3 ? deletes : 10);
      StateCommitment.Update update = running.apply(history.height(), writes);
      assertThat(restored.apply(history.height(), writes)).as("block %d", block).isEqualTo(update);
      engine.commit(history.height(), writes, update);
      if (random.nextInt(4) == 0) {
        restored = StateCommitment.restore(engine);
        assertThat(restored.root()).as("restored at block %d", block).isEqualTo(update.root());
      }
    }
  }

  /** A count of keys or a leaf that later deltas override may change: then nothing else does. */
  @Property(tries = 100)
  void shouldNeverRestoreAnotherCommitmentFromADamagedDelta(@ForAll long seed) {
    MemoryEngine engine = MemoryEngine.after(8);
    StateCommitment intact = StateCommitment.restore(engine);
    Random random = new Random(seed);
    List<Long> heights = List.copyOf(engine.commitments.keySet());
    long height = heights.get(random.nextInt(heights.size()));
    byte[] delta = engine.commitments.get(height).toByteArray();
    int at = random.nextInt(random.nextBoolean() ? 33 : delta.length);
    delta[at] ^= (byte) (1 << random.nextInt(8));
    engine.commitments.put(height, ByteString.copyFrom(delta));

    StateCommitment restored;
    try {
      restored = StateCommitment.restore(engine);
    } catch (StorageException.Corruption detected) {
      return;
    }

    List<StateWrite> next = new History(seed, 2_000).next(500, 20);
    StateCommitment.Update expected = intact.apply(9, next);
    StateCommitment.Update update = restored.apply(9, next);
    assertThat(update.root()).isEqualTo(expected.root());
    assertThat(update.delta()).isEqualTo(expected.delta());
  }
}
