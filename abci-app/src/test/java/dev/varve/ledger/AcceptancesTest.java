package dev.varve.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.varve.storage.StateWrite;
import dev.varve.storage.record.StateRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class AcceptancesTest {
  private static final int HEIGHTS = 5;

  private final Random random = new Random(1);
  private final TreeSet<ByteString> model =
      new TreeSet<>(Comparator.comparing(ByteString::toByteArray, Arrays::compareUnsigned));

  private ByteString key(long height) {
    byte[] hash = new byte[Sha256.LENGTH_BYTES];
    random.nextBytes(hash);
    return StateKeys.accepted(height, ByteString.copyFrom(hash));
  }

  private static StateWrite write(ByteString key) {
    return new StateWrite(key, ByteString.EMPTY, 1);
  }

  private static List<ByteString> below(Acceptances accepted, long height, int most) {
    List<ByteString> seen = new ArrayList<>();
    accepted.visitBelow(height, key -> seen.size() < most && seen.add(key));
    return seen;
  }

  private void requireAll(Acceptances accepted) {
    for (long height = 0; height <= HEIGHTS; height++) {
      List<ByteString> expected = List.copyOf(model.headSet(StateKeys.acceptedFrom(height)));
      assertThat(below(accepted, height, Integer.MAX_VALUE).equals(expected))
          .as("those below height %d", height)
          .isTrue();
    }
    assertThat(model.stream().allMatch(accepted::contains)).isTrue();
    assertThat(accepted.contains(key(random.nextInt(HEIGHTS)))).isFalse();
  }

  @Test
  void shouldHoldInTheOrderOfTheStateWhatBlocksAcceptAndForget() {
    Acceptances accepted = new Acceptances();
    for (int block = 0; block < 300; block++) {
      List<StateWrite> writes = new ArrayList<>();
      for (int i = random.nextInt(30); i > 0; i--) {
        writes.add(write(key(random.nextInt(HEIGHTS))));
        writes.add(write(StateKeys.user(ByteString.copyFromUtf8("a" + i))));
      }
      for (ByteString expired : below(accepted, random.nextInt(HEIGHTS), random.nextInt(30))) {
        writes.add(new StateWrite(expired, null, 1));
        assertThat(model.pollFirst()).isEqualTo(expired);
        assertThat(accepted.contains(expired)).isTrue();
      }
      accepted.committed(writes);
      writes.stream()
          .filter(write -> !write.isDelete() && write.key().byteAt(0) == StateKeys.ACCEPTED)
          .forEach(write -> model.add(write.key()));
      if (block % 20 == 0) {
        requireAll(accepted);
      }
    }
    requireAll(accepted);
  }

  @Test
  void shouldReadWhatTheStateHolds() {
    InMemoryEngine engine = new InMemoryEngine();
    for (int i = 0; i < 100_000; i++) {
      ByteString key = key(i % 3 == 0 ? 2 : 4);
      model.add(key);
      engine.state.put(key, StateRecord.getDefaultInstance());
    }
    engine.state.put(StateKeys.user(ByteString.EMPTY), StateRecord.getDefaultInstance());
    requireAll(Acceptances.load(engine));
  }

  @Test
  void shouldRefuseToForgetAnotherThanTheLowest() {
    Acceptances accepted = new Acceptances();
    accepted.committed(List.of(write(key(2)), write(key(2)), write(key(3))));
    ByteString last = below(accepted, 4, 3).get(2);
    ByteString second = below(accepted, 4, 3).get(1);
    for (ByteString wrong : List.of(last, second, key(1))) {
      assertThatThrownBy(() -> accepted.committed(List.of(new StateWrite(wrong, null, 4))))
          .isInstanceOf(IllegalStateException.class);
    }
  }
}
