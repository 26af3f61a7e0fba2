package dev.varve.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import dev.varve.storage.fixture.BatchBuilder;
import dev.varve.storage.record.StateRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every disk store that keeps history must do; a store's own test extends it. */
public abstract class StateHistoryContract {
  protected static final long WINDOW = 1_000;

  @TempDir protected Path folder;
  protected DiskStore store;

  /** Opens the store in a folder, as it was left there. */
  protected abstract DiskStore open(Path folder, long historyBlocks);

  /** Whether there were stores of this kind that kept no history. */
  protected boolean hasVersionOne() {
    return true;
  }

  /** Makes the folder of a closed store, without history, what version 1 left. */
  protected void makeVersionOne() throws IOException {
    Path marker = folder.resolve("FORMAT");
    Files.writeString(marker, Files.readString(marker).replace(" 4", " 1"));
  }

  @BeforeEach
  void openStore() {
    store = open(folder, WINDOW);
  }

  @AfterEach
  void closeStore() {
    store.close();
  }

  protected final void reopen(long historyBlocks) {
    store.close();
    store = open(folder, historyBlocks);
  }

  private void apply(BatchBuilder... batches) {
    store.apply(List.of(batches).stream().map(BatchBuilder::build).toList());
  }

  protected static ByteString utf8(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private String valueAt(String key, long height) {
    return store
        .stateAt(utf8(key), height)
        .map(StateRecord::getValue)
        .map(ByteString::toStringUtf8)
        .orElse(null);
  }

  @Test
  void shouldReadAKeyAsOfEachHeight() {
    apply(BatchBuilder.at(1).write("sa", "1").write("sb", "old"));
    apply(BatchBuilder.at(2));
    apply(BatchBuilder.at(3).write("sa", "3"));
    apply(BatchBuilder.at(4).write("sa", null));
    apply(BatchBuilder.at(5).writeFresh(utf8("sa"), utf8("")));
    apply(BatchBuilder.at(6).write("sa", null));
    apply(BatchBuilder.at(7).write("sa", null).writeFresh(utf8("snone"), null));
    apply(BatchBuilder.at(8).write("sa", "8"));
    for (int opened = 0; opened < 2; opened++) {
      assertThat(List.of(1L, 2L, 3L, 5L, 8L))
          .map(height -> valueAt("sa", height))
          .containsExactly("1", "1", "3", "", "8");
      assertThat(List.of(4L, 6L, 7L)).map(height -> valueAt("sa", height)).containsOnlyNulls();
      assertThat(store.stateAt(utf8("sa"), 2).orElseThrow().getHeight()).isEqualTo(1);
      assertThat(valueAt("sb", 8)).isEqualTo("old");
      assertThat(valueAt("snone", 7)).isNull();
      assertThat(valueAt("sabsent", 1)).isNull();
      reopen(WINDOW);
    }
  }

  @Test
  void shouldSeeEarlierBlocksOfTheSameWrite() {
    apply(
        BatchBuilder.at(1).write("sa", "1"),
        BatchBuilder.at(2).write("sa", null),
        BatchBuilder.at(3).writeFresh(utf8("sa"), utf8("3")),
        BatchBuilder.at(4).write("sa", "4"),
        BatchBuilder.at(5).write("sa", null));
    assertThat(valueAt("sa", 1)).isEqualTo("1");
    assertThat(valueAt("sa", 2)).isNull();
    assertThat(valueAt("sa", 3)).isEqualTo("3");
    assertThat(valueAt("sa", 4)).isEqualTo("4");
    assertThat(valueAt("sa", 5)).isNull();
  }

  @Test
  void shouldReadLargeValuesAcrossSlices() {
    BatchBuilder first = BatchBuilder.at(1);
    BatchBuilder second = BatchBuilder.at(2);
    for (int i = 0; i < 300; i++) {
      String large = "x".repeat(i % 7 == 0 ? 20_000 : 3);
      first.write("s" + i, i + large);
      second.write("s" + i, i % 3 == 0 ? null : "new");
    }
    apply(first);
    apply(second);
    for (int i = 0; i < 300; i++) {
      assertThat(valueAt("s" + i, 1)).startsWith(i + "xxx");
      assertThat(valueAt("s" + i, 2)).isEqualTo(i % 3 == 0 ? null : "new");
    }
  }

  @Test
  void shouldAgreeWithAModel() {
    long seed = Long.getLong("varve.seed", System.nanoTime());
    System.out.println(getClass().getName() + " -Dvarve.seed=" + seed);
    Random random = new Random(seed);
    List<Map<String, String>> states = new ArrayList<>(List.of(Map.of()));
    while (states.size() <= 120) {
      List<BatchBuilder> group = new ArrayList<>();
      for (int left = 1 + random.nextInt(4); left > 0; left--) {
        group.add(randomBlock(states, random));
      }
      apply(group.toArray(BatchBuilder[]::new));
      if (random.nextInt(10) == 0) {
        reopen(WINDOW);
      }
    }
    for (int height = 1; height < states.size(); height++) {
      for (int key = 0; key < 30; key++) {
        assertThat(valueAt("s" + key, height))
            .as("seed %d: s%d as of %d", seed, key, height)
            .isEqualTo(states.get(height).get("s" + key));
      }
    }
  }

  private static BatchBuilder randomBlock(List<Map<String, String>> states, Random random) {
    int height = states.size();
    Map<String, String> state = new TreeMap<>(states.get(height - 1));
    BatchBuilder batch = BatchBuilder.at(height);
    for (int i = random.nextInt(8); i > 0; i--) {
      String key = "s" + random.nextInt(30);
      String value = random.nextInt(3) == 0 ? null : height + "-" + i;
      boolean lived = states.get(height - 1).containsKey(key);
      if (!lived && random.nextBoolean()) {
        batch.writeFresh(utf8(key), value == null ? null : utf8(value));
      } else {
        batch.write(key, value);
      }
      if (value == null) {
        state.remove(key);
      } else {
        state.put(key, value);
      }
    }
    states.add(state);
    return batch;
  }

  @Test
  void shouldTellTheHeightsItKeeps() {
    assertThat(store.historyFloor()).isZero();
    apply(BatchBuilder.at(7).write("sa", "7"));
    assertThat(store.historyFloor()).isEqualTo(7);
    apply(BatchBuilder.at(8).write("sa", "8"), BatchBuilder.at(9).write("sa", "9"));
    assertThat(valueAt("sa", 7)).isEqualTo("7");
    reopen(1);
    assertThat(store.historyFloor()).isEqualTo(8);
    assertThat(valueAt("sa", 8)).isEqualTo("8");
    assertThatThrownBy(() -> valueAt("sa", 7))
        .isInstanceOf(StorageException.Pruned.class)
        .hasMessage("state as of height 7 is not kept, allowed are 8 to 9");
    apply(BatchBuilder.at(10));
    assertThat(store.historyFloor()).isEqualTo(9);
  }

  @Test
  void shouldBeginAnewAfterBlocksWithoutHistory() {
    apply(BatchBuilder.at(1).write("sa", "1"));
    apply(BatchBuilder.at(2).write("sa", "2"));
    reopen(0);
    apply(BatchBuilder.at(3).write("sa", "3"));
    assertThat(store.historyFloor()).isEqualTo(3);
    assertThat(valueAt("sa", 3)).isEqualTo("3");
    assertThatThrownBy(() -> valueAt("sa", 2)).isInstanceOf(StorageException.Pruned.class);
    reopen(WINDOW);
    assertThat(store.historyFloor()).isEqualTo(3);
    apply(BatchBuilder.at(4).write("sa", "4"));
    apply(BatchBuilder.at(5).write("sa", "5"));
    for (int opened = 0; opened < 2; opened++) {
      assertThat(store.historyFloor()).isEqualTo(4);
      assertThat(valueAt("sa", 4)).isEqualTo("4");
      assertThatThrownBy(() -> valueAt("sa", 3)).isInstanceOf(StorageException.Pruned.class);
      reopen(WINDOW);
    }
  }

  @Test
  void shouldTakeUpAStoreOfVersionOne() throws IOException {
    assumeTrue(hasVersionOne(), "this kind of store began with history");
    reopen(0);
    apply(BatchBuilder.at(1).tx("a=1", 0).write("sa", "1").commitment(utf8("c1")));
    apply(BatchBuilder.at(2).write("sa", "2").write("sb", "2").commitment(utf8("c2")));
    store.close();
    makeVersionOne();
    store = open(folder, WINDOW);
    assertThat(folder.resolve("FORMAT")).content().endsWith(" 4\n");
    assertThat(store.historyFloor()).isEqualTo(2);
    apply(BatchBuilder.at(1).tx("a=1", 0).write("sa", "1").commitment(utf8("c1")));
    apply(BatchBuilder.at(3).write("sa", "3").write("sb", null).commitmentFloor(1));
    for (int opened = 0; opened < 2; opened++) {
      assertThat(store.historyFloor()).isEqualTo(2);
      assertThat(valueAt("sa", 2)).isEqualTo("2");
      assertThat(valueAt("sb", 2)).isEqualTo("2");
      assertThat(valueAt("sb", 3)).isNull();
      assertThatThrownBy(() -> valueAt("sa", 1)).isInstanceOf(StorageException.Pruned.class);
      List<Long> commitments = new ArrayList<>();
      store.scanCommitments((height, bytes) -> commitments.add(height));
      assertThat(commitments).containsExactly(1L, 2L, 3L);
      reopen(WINDOW);
    }
  }

  @Test
  void shouldTellTheSameBlockWhateverIsKnownOfItsKeys() {
    apply(BatchBuilder.at(1).write("sa", "1"));
    apply(BatchBuilder.at(2).writeFresh(utf8("sb"), utf8("2")));
    apply(BatchBuilder.at(2).write("sb", "2"));
    assertThatThrownBy(() -> apply(BatchBuilder.at(2).write("sb", "3")))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldNotShowDeletedKeysInScans() {
    apply(BatchBuilder.at(1).write("sa", "1").write("sb", "1"));
    apply(BatchBuilder.at(2).write("sa", null));
    List<ByteString> seen = new ArrayList<>();
    store.scanState(utf8(""), utf8("z"), (key, state) -> seen.add(key));
    assertThat(seen).containsExactly(utf8("sb"));
    assertThat(store.state(utf8("sa"))).isEmpty();
  }
}
