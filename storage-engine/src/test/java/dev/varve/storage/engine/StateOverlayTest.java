package dev.varve.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.fallback.io.RealFileIo;
import dev.varve.storage.StorageException;
import dev.varve.storage.fault.FaultyStore.Fault;
import dev.varve.storage.fault.Seeds;
import dev.varve.storage.fault.StoreKind;
import dev.varve.storage.fixture.BatchBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scans while blocks wait in the log for the disk store. */
class StateOverlayTest {
  private static final int KEYS = 300;
  private static final int STRETCH_BYTES = 4 << 10;
  private static final ByteString FIRST = ByteString.EMPTY;
  private static final ByteString END = ByteString.copyFromUtf8("z");

  @TempDir Path folder;
  private FaultHome home;
  private final TreeMap<String, String> model = new TreeMap<>();
  private final List<String> commitments = new ArrayList<>();
  private long height;

  @BeforeEach
  void open() {
    home = newHome().open();
  }

  /** The keys of the log are taken a few at a time. */
  private FaultHome newHome() {
    return new FaultHome(folder, StoreKind.ROCKSDB, DiskPolicy.BEHIND, new RealFileIo())
        .withLogSegments(1024)
        .with(
            new EngineConfig(
                DiskPolicy.BEHIND,
                16,
                4096,
                STRETCH_BYTES,
                Duration.ofMillis(500),
                Duration.ZERO,
                Duration.ZERO));
  }

  @AfterEach
  void close() {
    home.close();
  }

  private void commit(String... writes) {
    BatchBuilder batch = BatchBuilder.at(++height);
    for (String write : writes) {
      String[] parts = write.split("=", 2);
      batch.write(parts[0], parts.length == 1 ? null : parts[1]);
      if (parts.length == 1) {
        model.remove(parts[0]);
      } else {
        model.put(parts[0], parts[1]);
      }
    }
    batch.commitment(ByteString.copyFromUtf8("c" + height));
    commitments.add(height + "=c" + height);
    home.engine().commit(batch.build());
  }

  private Map<String, String> scan(ByteString from, ByteString to, int atMost) {
    Map<String, String> seen = new TreeMap<>();
    List<String> order = new ArrayList<>();
    home.engine()
        .scanState(
            from,
            to,
            (key, state) -> {
              order.add(key.toStringUtf8());
              seen.put(key.toStringUtf8(), state.getValue().toStringUtf8());
              return order.size() < atMost;
            });
    assertThat(order).isSorted().doesNotHaveDuplicates();
    return seen;
  }

  private void requireAll() {
    assertThat(scan(FIRST, END, Integer.MAX_VALUE)).isEqualTo(model);
    List<String> seen = new ArrayList<>();
    home.engine().scanCommitments((at, bytes) -> seen.add(at + "=" + bytes.toStringUtf8()));
    assertThat(seen).isEqualTo(commitments);
  }

  @Test
  void shouldLayWhatTheLogHoldsOverTheStore() {
    commit("a=1", "b=1", "d=1", "f=1");
    home.awaitDrained();
    home.disk().set(Fault.TAKES_NOTHING);
    commit("a=2", "c=2", "d", "f=2");
    commit("a=3", "c", "e=3", "f", "g=3");
    assertThat(home.engine().status().diskHeight()).isEqualTo(1);
    requireAll();
    assertThat(scan(ByteString.copyFromUtf8("b"), ByteString.copyFromUtf8("e"), 9))
        .isEqualTo(Map.of("b", "1"));
    assertThat(scan(FIRST, END, 1)).isEqualTo(Map.of("a", "3"));
    assertThat(scan(FIRST, END, 2)).isEqualTo(Map.of("a", "3", "b", "1"));
  }

  @Test
  void shouldReadAValueThatIsLongerThanAFirstLook() {
    home.disk().set(Fault.TAKES_NOTHING);
    commit("a=" + "x".repeat(3000), "b=1");
    requireAll();
  }

  @Test
  void shouldScanAfterARestartWithTheStoreDown() {
    commit("a=1");
    home.awaitDrained();
    home.disk().set(Fault.TAKES_NOTHING);
    commit("a=2", "b=2");
    home.close();
    home = newHome();
    home.onDisk(
        (method, args) -> {
          if (method.equals("apply")) {
            throw new StorageException.Unavailable("injected", null);
          }
        });
    home.open();
    assertThat(home.engine().status().diskHeight()).isEqualTo(1);
    requireAll();
  }

  @Test
  void shouldScanTheSameWhateverTheStoreHasTaken() {
    Random random = new Random(Seeds.seed(StateOverlayTest.class));
    for (int block = 0; block < 120; block++) {
      String[] writes = new String[1 + random.nextInt(20)];
      for (int i = 0; i < writes.length; i++) {
        String key = String.format("k%03d", random.nextInt(KEYS));
        writes[i] = random.nextInt(4) == 0 ? key : key + "=" + height + "-" + i;
      }
      commit(writes);
      if (random.nextInt(10) == 0) {
        home.disk().set(random.nextBoolean() ? Fault.TAKES_NOTHING : Fault.NONE);
      }
      if (random.nextInt(3) == 0) {
        requireAll();
        int from = random.nextInt(KEYS);
        String low = String.format("k%03d", from);
        String high = String.format("k%03d", from + random.nextInt(KEYS - from));
        int most = 1 + random.nextInt(20);
        Map<String, String> expected = new TreeMap<>();
        model
            .subMap(low, high)
            .forEach(
                (key, value) -> {
                  if (expected.size() < most) {
                    expected.put(key, value);
                  }
                });
        assertThat(scan(ByteString.copyFromUtf8(low), ByteString.copyFromUtf8(high), most))
            .isEqualTo(expected);
      }
    }
  }
}
