package dev.varve.ledger.commitment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.varve.storage.StateWrite;
import dev.varve.storage.StorageException;
import java.util.List;
import org.junit.jupiter.api.Test;

class RestoreTest {
  @Test
  void shouldRestoreNothingFromAnEngineWithoutBlocks() {
    assertThat(StateCommitment.restore(new MemoryEngine()).root())
        .isEqualTo(StateCommitment.empty().root());
  }

  @Test
  void shouldRestoreAfterTheLogWasTrimmed() {
    MemoryEngine engine = MemoryEngine.after(150);
    assertThat(engine.commitments.firstKey()).as("first height kept").isGreaterThan(10);
    assertThat(StateCommitment.restore(engine).root()).isEqualTo(engine.applied().getAppHash());
  }

  @Test
  void shouldGoOnAfterTheLogWasSettledAndTrimmed() {
    History history = new History(21, 3_000);
    MemoryEngine engine = new MemoryEngine();
    StateCommitment running = StateCommitment.empty();
    StateCommitment restored = StateCommitment.empty();
    for (int block = 0; block < 120; block++) {
      List<StateWrite> writes = history.next(700, block % 30 > 24 ? 90 : 10);
      StateCommitment.Update update = running.apply(history.height(), writes);
      assertThat(restored.apply(history.height(), writes)).as("block %d", block).isEqualTo(update);
      engine.commit(history.height(), writes, update);
      if (block % 7 == 6) {
        restored = StateCommitment.restore(engine);
      }
    }
    assertThat(engine.commitments.firstKey()).as("first height kept").isGreaterThan(20);
  }

  @Test
  void shouldRestoreGroupsOfSeveralKeys() {
    long mask = 0xffc0_0000_0000_0000L;
    History history = new History(22, 2_000);
    MemoryEngine engine = new MemoryEngine();
    StateCommitment running = StateCommitment.empty(mask);
    for (int block = 0; block < 60; block++) {
      List<StateWrite> writes = history.next(600, 30);
      engine.commit(history.height(), writes, running.apply(history.height(), writes));
    }

    StateCommitment restored = StateCommitment.restore(engine, mask);

    assertThat(restored.root()).isEqualTo(running.root());
    for (int block = 0; block < 40; block++) {
      List<StateWrite> writes = history.next(600, 50);
      assertThat(restored.apply(history.height(), writes))
          .isEqualTo(running.apply(history.height(), writes));
    }
  }

  @Test
  void shouldRestoreAStateThatLostAllItsKeys() {
    History history = new History(9, 500);
    MemoryEngine engine = new MemoryEngine();
    StateCommitment running = StateCommitment.empty();
    List<StateWrite> puts = history.next(400, 0);
    engine.commit(1, puts, running.apply(1, puts));
    List<StateWrite> deletes = history.deleteAll();
    engine.commit(2, deletes, running.apply(2, deletes));

    StateCommitment restored = StateCommitment.restore(engine);

    List<StateWrite> again = history.next(400, 0);
    assertThat(restored.apply(3, again)).isEqualTo(running.apply(3, again));
  }

  @Test
  void shouldRestoreGenesisAndFirstBlockFromOneConcatenatedDelta() {
    History history = new History(4, 300);
    StateCommitment running = StateCommitment.empty();
    List<StateWrite> genesis = history.next(200, 0);
    StateCommitment.Update first = running.apply(1, genesis);
    List<StateWrite> block = history.next(200, 20);
    StateCommitment.Update second = running.apply(2, block);
    MemoryEngine engine = new MemoryEngine();
    engine.commit(1, genesis, first);
    engine.commit(2, block, second);
    engine.commitments.clear();
    engine.commitments.put(2L, StateCommitment.concat(first.delta(), second.delta()));

    StateCommitment restored = StateCommitment.restore(engine);

    List<StateWrite> next = history.next(200, 20);
    assertThat(restored.apply(3, next)).isEqualTo(running.apply(3, next));
  }

  @Test
  void shouldDetectAMissingTornOrForeignDelta() {
    MemoryEngine missing = MemoryEngine.after(8);
    missing.commitments.remove(4L);
    assertCorrupt(missing, "does not follow");

    MemoryEngine torn = MemoryEngine.after(8);
    torn.commitments.computeIfPresent(8L, (h, delta) -> delta.substring(0, delta.size() - 1));
    assertCorrupt(torn, "delta of height 8 is damaged");

    MemoryEngine header = MemoryEngine.after(8);
    header.commitments.computeIfPresent(8L, (h, delta) -> delta.substring(0, 20));
    assertCorrupt(header, "20 bytes left");

    MemoryEngine foreign = MemoryEngine.after(8);
    foreign.commitments.put(9L, ByteString.copyFrom(new byte[] {2}));
    assertCorrupt(foreign, "version 2, known is 3");

    MemoryEngine counts = MemoryEngine.after(8);
    counts.commitments.computeIfPresent(8L, (h, delta) -> withByte(delta, 25, 0xff));
    assertCorrupt(counts, "counts at offset 0 need");

    MemoryEngine trimmed = MemoryEngine.after(8);
    trimmed.commitments.pollFirstEntry();
    assertCorrupt(trimmed, "deltas start at position");
  }

  @Test
  void shouldDetectAnotherState() {
    MemoryEngine value = MemoryEngine.after(8);
    value.state.replaceAll(
        (key, record) ->
            key.equals(value.state.firstKey())
                ? record.toBuilder().setValue(ByteString.copyFromUtf8("other")).build()
                : record);
    assertCorrupt(value, "the key whose hash begins with ");

    MemoryEngine height = MemoryEngine.after(8);
    height.state.computeIfPresent(
        height.state.firstKey(), (key, record) -> record.toBuilder().setHeight(99).build());
    assertCorrupt(height, "the key whose hash begins with ");

    MemoryEngine fewer = MemoryEngine.after(8);
    fewer.state.pollFirstEntry();
    assertCorrupt(fewer, "keys, committed are");

    MemoryEngine more = MemoryEngine.after(8);
    more.state.put(ByteString.copyFromUtf8("more"), more.state.firstEntry().getValue());
    assertCorrupt(more, "it has the key 6d6f7265 (hex), which is not committed");

    MemoryEngine swapped = MemoryEngine.after(8);
    swapped.state.put(ByteString.copyFromUtf8("more"), swapped.state.pollFirstEntry().getValue());
    assertCorrupt(swapped, "it has the key 6d6f7265 (hex), which is not committed");

    MemoryEngine root = MemoryEngine.after(8);
    root.commit(
        9,
        List.of(),
        new StateCommitment.Update(ByteString.copyFrom(new byte[32]), ByteString.EMPTY, 0));
    assertCorrupt(root, "committed at height 9 is 0000");
  }

  @Test
  void shouldNameTheGroupThatADamagedDeltaLeavesBehind() {
    History history = new History(5, 100);
    MemoryEngine engine = new MemoryEngine();
    StateCommitment running = StateCommitment.empty();
    List<StateWrite> puts = history.next(100, 0);
    engine.commit(1, puts, running.apply(1, puts));
    List<StateWrite> deletes = history.deleteAll();
    engine.commit(2, deletes, running.apply(2, deletes));
    engine.commitments.computeIfPresent(2L, (h, delta) -> withByte(delta, 33, 0xff));
    assertCorrupt(engine, "it lacks the key whose hash begins with ");
  }

  private static ByteString withByte(ByteString bytes, int at, int value) {
    byte[] changed = bytes.toByteArray();
    changed[at] ^= (byte) value;
    return ByteString.copyFrom(changed);
  }

  private static void assertCorrupt(MemoryEngine engine, String message) {
    assertThatThrownBy(() -> StateCommitment.restore(engine))
        .isInstanceOf(StorageException.Corruption.class)
        .hasMessageContaining(message);
  }
}
