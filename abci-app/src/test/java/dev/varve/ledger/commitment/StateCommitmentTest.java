package dev.varve.ledger.commitment;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.storage.StateWrite;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StateCommitmentTest {
  @Test
  void shouldStartWithTheRootOfNoKeys() {
    assertThat(StateCommitment.empty().root()).isEqualTo(new ReferenceCommitment().root());
  }

  @Test
  void shouldEqualTheReferenceWhileTheLogIsCompacted() {
    History history = new History(7, 2_000);
    StateCommitment commitment = StateCommitment.empty();
    ReferenceCommitment reference = new ReferenceCommitment();
    long floor = 0;
    for (int block = 0; block < 120; block++) {
      List<StateWrite> writes = history.next(500, block / 40 == 1 ? 70 : 10);
      StateCommitment.Update update = commitment.apply(history.height(), writes);
      assertThat(update.root()).as("block %d", block).isEqualTo(reference.apply(writes));
      assertThat(update.floorHeight()).isBetween(floor, history.height());
      floor = update.floorHeight();
    }
    assertThat(floor).as("the log was compacted").isGreaterThan(1);
  }

  @Test
  void shouldNotDependOnTheOrderOfWritesWithinABlock() {
    History history = new History(3, 3_000);
    StateCommitment one = StateCommitment.empty();
    StateCommitment other = StateCommitment.empty();
    for (int block = 0; block < 40; block++) {
      List<StateWrite> writes = history.next(300, block / 10 == 2 ? 90 : 20);
      List<StateWrite> shuffled = new ArrayList<>(writes);
      Collections.shuffle(shuffled, new Random(block));
      assertThat(other.apply(history.height(), shuffled))
          .isEqualTo(one.apply(history.height(), writes));
    }
  }

  @Test
  void shouldStayAsItIsWithoutAnEffect() {
    History history = new History(5, 100);
    StateCommitment commitment = StateCommitment.empty();
    ByteString root = commitment.apply(1, history.next(50, 0)).root();

    StateCommitment.Update empty = commitment.apply(2, List.of());
    ByteString absent = ByteString.copyFromUtf8("absent");
    StateCommitment.Update noEffect = commitment.apply(3, List.of(new StateWrite(absent, null, 3)));

    assertThat(empty).isEqualTo(new StateCommitment.Update(root, ByteString.EMPTY, 1));
    assertThat(noEffect).isEqualTo(empty);
    assertThat(commitment.root()).isEqualTo(root);
  }

  @Test
  void shouldTellValuesHeightsAndKeysApart() {
    List<StateWrite> writes =
        List.of(write("a", "1", 1), write("a", "2", 1), write("a", "1", 2), write("b", "1", 1));
    assertThat(writes)
        .extracting(w -> StateCommitment.empty().apply(1, List.of(w)).root())
        .doesNotHaveDuplicates();
  }

  @Test
  void shouldHoldABucketThatOutgrowsAChunk() {
    // Every key lands in one of few buckets before they split: one block brings them all.
    History history = new History(11, 40_000);
    StateCommitment atOnce = StateCommitment.empty();
    List<StateWrite> writes = history.next(60_000, 0);
    ByteString root = atOnce.apply(1, writes).root();
    StateCommitment other = StateCommitment.empty();
    List<StateWrite> reversed = new ArrayList<>(writes);
    Collections.reverse(reversed);
    assertThat(other.apply(1, reversed).root()).isEqualTo(root);
  }

  private static StateWrite write(String key, String value, long height) {
    return new StateWrite(ByteString.copyFromUtf8(key), ByteString.copyFromUtf8(value), height);
  }
}
