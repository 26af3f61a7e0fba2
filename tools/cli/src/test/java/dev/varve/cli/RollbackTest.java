package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.node.HomeLock;
import dev.varve.node.NodeConfig;
import dev.varve.node.NodeHome;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.fixture.BatchBuilder;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RollbackTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;
  private NodeHome home;

  @BeforeEach
  void setUp() {
    home = new NodeHome(folder.resolve("home"));
    home.create(Map.of());
    NodeConfig config = NodeConfig.load(home, Map.of());
    try (RocksDbStore store = RocksDbStore.open(config.disk().path(), RocksDbConfig.defaults())) {
      for (int height = 1; height <= 5; height++) {
        store.apply(List.of(BatchBuilder.at(height).tx("a=" + height, 0).build()));
      }
    }
  }

  @Test
  void shouldGoBackOneBlockThenToAHeight() {
    assertThat(run()).as(err.toString()).isZero();
    assertThat(out.toString())
        .containsPattern("was +5\n")
        .containsPattern("is +4\n")
        .contains("the node gives the block again")
        .contains("cometbft rollback");
    assertThat(run("--height", "2")).as(err.toString()).isZero();
    assertThat(out.toString()).containsPattern("is +2\n").contains("cometbft rollback");
  }

  @Test
  void shouldTellWhatIsWrong() {
    assertThat(run("--height", "0")).isEqualTo(2);
    assertThat(err.toString()).contains("--height 0: must be a height, 1 or more");
    assertThat(run("--height", "5")).isEqualTo(1);
    assertThat(err.toString())
        .contains("cannot go back to height 5: the last block is 5, allowed are 1 to 4");
    try (HomeLock running = HomeLock.acquire(home.lockFile())) {
      assertThat(run()).isEqualTo(1);
    }
    assertThat(err.toString()).contains("is in use by process");
  }

  private int run(String... more) {
    PrintWriter outWriter = new PrintWriter(out, true);
    PrintWriter errWriter = new PrintWriter(err, true);
    Console console = new Console(outWriter, errWriter, false, false, 80);
    String[] args = new String[3 + more.length];
    args[0] = "rollback";
    args[1] = "--home";
    args[2] = home.path().toString();
    System.arraycopy(more, 0, args, 3, more.length);
    return Varve.run(console, Map.of("HOME", folder.toString()), outWriter, errWriter, args);
  }
}
