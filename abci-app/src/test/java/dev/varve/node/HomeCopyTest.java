package dev.varve.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.fallback.io.FileTrees;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Copies homes with embedded stores. */
class HomeCopyTest {
  @TempDir private Path folder;
  private NodeConfig sourceConfig;
  private HomeChain chain;

  @BeforeEach
  void create() {
    create("rocksdb");
  }

  private void create(String store) {
    sourceConfig = home("from-" + store, store);
    chain = new HomeChain(sourceConfig);
  }

  private NodeConfig home(String name, String store) {
    NodeHome home = new NodeHome(folder.resolve(name));
    home.create(Map.of("disk.store", store, "memory.bytes", "16 MiB"));
    return NodeConfig.load(home, Map.of());
  }

  private HomeCopy.Report copy(String from, String to) {
    return new HomeCopy(folder.resolve(from), folder.resolve(to), text -> {}).run();
  }

  private void requireSound(String name, long height) {
    NodeHome home = new NodeHome(folder.resolve(name));
    CheckReport report = new HomeCheck(home, NodeConfig.load(home, Map.of()), text -> {}).run();
    assertThat(report.problems()).isEmpty();
    assertThat(report.lastHeight()).isEqualTo(height);
  }

  @ParameterizedTest
  @CsvSource({"rocksdb, leveldb", "leveldb, rocksdb"})
  void shouldGoOnInTheCopy(String from, String to) {
    if (!from.equals("rocksdb")) {
      create(from);
    }
    chain.run(1, 8, List.of(), (answer, height) -> {});
    NodeConfig target = home("to", to);
    HomeCopy.Report report = copy("from-" + from, "to");
    assertThat(report.chainId()).isEqualTo("home");
    assertThat(report.lastHeight()).isEqualTo(8);
    assertThat(report.appHash()).isEqualTo(VarveNode.hex(chain.appHash(8)));
    requireSound("to", 8);
    requireSound("from-" + from, 8);
    HomeChain copied = chain.in(target);
    copied.run(9, 11, List.of(), (answer, height) -> {});
    requireSound("to", 11);
    NodeHome home = new NodeHome(folder.resolve("to"));
    new HomeRollback(home, target, at -> {}).run(OptionalLong.of(4));
    requireSound("to", 4);
    copied.run(5, 11, List.of(), (answer, height) -> {});
    // The source gives the same.
    chain.run(9, 11, List.of(), (answer, height) -> {});
  }

  @Test
  void shouldTakeWhatTheLogAloneHasAndLeaveTheSourceAsItIs() throws IOException {
    chain.run(1, 3, List.of(), (answer, height) -> {});
    Path kept = folder.resolve("kept");
    HomeChain.copy(sourceConfig.disk().path(), kept);
    chain.run(4, 6, List.of(), (answer, height) -> {});
    FileTrees.delete(sourceConfig.disk().path());
    HomeChain.copy(kept, sourceConfig.disk().path());
    Map<String, String> before = files();
    home("to", "leveldb");
    HomeCopy.Report report = copy("from-rocksdb", "to");
    assertThat(report.height()).isEqualTo(3);
    assertThat(report.logged()).isEqualTo(3);
    assertThat(report.appHash()).isEqualTo(VarveNode.hex(chain.appHash(6)));
    requireSound("to", 6);
    assertThat(files()).isEqualTo(before);
  }

  private Map<String, String> files() throws IOException {
    Map<String, String> found = new TreeMap<>();
    Path home = folder.resolve("from-rocksdb");
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.getFileName().toString().equals("LOCK")) {
          found.put(
              home.relativize(file).toString(),
              Integer.toHexString(java.util.Arrays.hashCode(Files.readAllBytes(file))));
        }
      }
    }
    return found;
  }

  @Test
  void shouldRefuseATargetThatIsNotFinished() {
    chain.run(1, 5, List.of(), (answer, height) -> {});
    NodeConfig target = home("to", "rocksdb");
    StorePlace from = StorePlace.of(folder.resolve("from-rocksdb"));
    try (CopySource source = CopySource.open(from);
        CopyTarget half = CopyTarget.open(StorePlace.of(folder.resolve("to")), from, source)) {
      CopyTarget.Part part = half.parts().get(0);
      new dev.varve.storage.disk.copy.StoreCopy(
              part.source(), part.target(), source.chainId(), text -> {})
          .run();
    }
    NodeHome home = new NodeHome(folder.resolve("to"));
    assertThatThrownBy(() -> VarveNode.start(home, target))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("an unfinished copy of chain home at height 5")
        .hasMessageContaining("varve store copy");
    assertThatThrownBy(() -> new HomeCheck(home, target, text -> {}).run())
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("an unfinished copy");
    HomeCopy.Report report = copy("from-rocksdb", "to");
    assertThat(report.parts().get(0).resumed()).isTrue();
    requireSound("to", 5);
  }

  @Test
  void shouldSayWhyItCannotCopy() {
    home("to", "leveldb");
    assertThatThrownBy(() -> copy("from-rocksdb", "to"))
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("has no blocks: there is no");
    assertThatThrownBy(() -> copy("nowhere", "to"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("is neither a home (varve init makes one) nor a file");
    assertThatThrownBy(() -> copy("to", "to"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("source and target are the same");
    chain.run(1, 4, List.of(), (answer, height) -> {});
    for (String name : List.of("from-rocksdb", "to")) {
      try (HomeLock running = HomeLock.acquire(folder.resolve(name).resolve("LOCK"))) {
        assertThatThrownBy(() -> copy("from-rocksdb", "to"))
            .isInstanceOf(NodeException.class)
            .hasMessageContaining(name + " is in use by process");
      }
    }
    NodeConfig other = home("other", "rocksdb");
    new HomeChain(other).run(1, 2, List.of(), (answer, height) -> {});
    assertThatThrownBy(() -> copy("from-rocksdb", "other"))
        .hasMessageContaining("other has blocks in its fallback log");
    RocksDbStore.open(home("filled", "rocksdb").disk().path(), Wiring.rocksDb(other)).close();
    assertThat(copy("from-rocksdb", "filled").lastHeight()).isEqualTo(4);
    assertThatThrownBy(() -> copy("from-rocksdb", "filled"))
        .hasMessageContaining("is not empty, it holds blocks up to 4");
  }
}
