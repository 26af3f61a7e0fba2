package dev.varve.ledger.commitment;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.storage.StateWrite;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
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
  void shouldEqualTheReferenceInBlocksLargerThanTheState() {
    History history = new History(11, 40_000);
    StateCommitment commitment = StateCommitment.empty();
    ReferenceCommitment reference = new ReferenceCommitment();
    List<StateWrite> all = history.next(60_000, 0);
    assertThat(commitment.apply(1, all).root()).isEqualTo(reference.apply(all));
    List<StateWrite> half = history.next(40_000, 60);
    assertThat(commitment.apply(2, half).root()).isEqualTo(reference.apply(half));
    List<StateWrite> none = history.deleteAll();
    assertThat(commitment.apply(3, none).root()).isEqualTo(reference.apply(none));
    List<StateWrite> again = history.next(5_000, 0);
    assertThat(commitment.apply(4, again).root()).isEqualTo(reference.apply(again));
  }

  @Test
  void shouldLinkTheHighestKeyToTheLowest() {
    List<ByteString> ascending = byHash(8);
    StateCommitment commitment = StateCommitment.empty();
    ReferenceCommitment reference = new ReferenceCommitment();
    // Numbers in the order of key hashes, negative ones deleted.
    int[][] blocks = {
      {4}, {3}, {5}, {2, 6}, {-2}, {-6}, {1, 7, -3}, {-1, -7}, {-4, -5, 0}, {-8, 1, 2}, {7, -1, -2}
    };
    for (int block = 0; block < blocks.length; block++) {
      List<StateWrite> writes = new ArrayList<>();
      for (int number : blocks[block]) {
        // Zero has no negative: 8 stands for it.
        ByteString key = ascending.get(Math.abs(number) % 8);
        writes.add(new StateWrite(key, number < 0 ? null : ByteString.EMPTY, block));
      }
      assertThat(commitment.apply(block, writes).root())
          .as("block %d", block)
          .isEqualTo(reference.apply(writes));
    }
  }

  @Test
  void shouldEqualTheReferenceWhereKeysShareAPrefix() {
    long mask = 0xff00_0000_0000_0000L;
    History history = new History(13, 1_500);
    StateCommitment commitment = StateCommitment.empty(mask);
    ReferenceCommitment reference = new ReferenceCommitment(mask);
    Set<ByteString> live = new HashSet<>();
    for (int block = 0; block < 60; block++) {
      List<StateWrite> writes = history.next(300, block % 20 < 10 ? 10 : 90);
      assertThat(commitment.apply(history.height(), writes).root())
          .as("block %d", block)
          .isEqualTo(reference.apply(writes));
      requireFresh(commitment, writes, live);
    }
  }

  private static void requireFresh(
      StateCommitment commitment, List<StateWrite> writes, Set<ByteString> live) {
    for (int i = 0; i < writes.size(); i++) {
      StateWrite write = writes.get(i);
      assertThat(commitment.wasFresh(i)).isNotEqualTo(live.contains(write.key()));
    }
    for (StateWrite write : writes) {
      if (write.isDelete()) {
        live.remove(write.key());
      } else {
        live.add(write.key());
      }
    }
  }

  private static List<ByteString> byHash(int count) {
    Sha256 sha = new Sha256();
    TreeMap<ByteString, ByteString> keys =
        new TreeMap<>(ByteString.unsignedLexicographicalComparator());
    for (int i = 0; i < count; i++) {
      ByteString key = ByteString.copyFromUtf8("key " + i);
      byte[] hash = new byte[Sha256.LENGTH];
      new EntryHasher(sha).key(key, hash, 0);
      keys.put(ByteString.copyFrom(hash), key);
    }
    return List.copyOf(keys.values());
  }

  private static StateWrite write(String key, String value, long height) {
    return new StateWrite(ByteString.copyFromUtf8(key), ByteString.copyFromUtf8(value), height);
  }
}
