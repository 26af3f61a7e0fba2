package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.node.NodeConfig;
import dev.varve.node.NodeHome;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.disk.rocksdb.RocksDbConfig;
import dev.varve.storage.disk.rocksdb.RocksDbStore;
import dev.varve.storage.engine.DiskPolicy;
import dev.varve.storage.engine.EngineConfig;
import dev.varve.storage.engine.TieredEngine;
import dev.varve.storage.fixture.BatchBuilder;
import dev.varve.storage.fixture.Logs;
import dev.varve.storage.memory.ChronicleMemoryStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What start and init refuse before a node runs; CometBFT here is a script that only fails. */
class WithNodeTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;
  private NodeHome home;

  @BeforeEach
  void setUp() {
    home = new NodeHome(folder.resolve("home"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.0.1", "0.40.0"})
  void shouldRefuseANodeOfAnotherLineThanConfigTells(String version) throws Exception {
    home.create(Map.of());
    writeNodeHome("0.38.26");
    List<String> before = tree();

    assertThat(start("--cometbft", comet(version))).isEqualTo(CliException.USAGE);
    assertThat(err.toString())
        .contains(home.path() + " is of CometBFT 0.38 and this one is ")
        .hasLineCount(1);
    assertThat(tree()).isEqualTo(before);
  }

  @Test
  void shouldRefuseAnAskedLineBeforeItIsLookedFor() throws Exception {
    home.create(Map.of());
    writeNodeHome("0.38.26");

    assertThat(start("--cometbft", "1.0")).isEqualTo(CliException.USAGE);
    assertThat(err.toString()).contains("is of CometBFT 0.38 and this one is 1.0,");
  }

  @Test
  void shouldTrustItsRecordMoreThanConfigToml() throws Exception {
    home.create(Map.of());
    writeNodeHome("0.38.26");
    Files.writeString(
        home.path().resolve(NodeRelease.FILE),
        "{\"format\":1,\"cometbft\":\"0.40.0\",\"cometbftPath\":\"/no/such\"}");

    assertThat(start("--cometbft", comet("0.38.26"))).isEqualTo(CliException.USAGE);
    assertThat(err.toString()).contains("is of CometBFT 0.40.0 and this one is 0.38.26");
    assertThat(NodeRelease.of(home).orElseThrow().standard()).isEqualTo("0.40");
  }

  @Test
  void shouldKeepAnExecutableThatWasAskedForByPath() throws Exception {
    home.create(Map.of());
    writeNodeHome("");
    assertThat(NodeRelease.of(home)).isEmpty();
    Path script = Path.of(comet("0.40.0"));

    NodeRelease.record(
        home, new dev.varve.testnet.CometBinary(script, "0.40.0"), script.toString());
    assertThat(NodeRelease.of(home).orElseThrow().standard()).isEqualTo(script.toString());

    Files.delete(script);
    assertThat(NodeRelease.of(home).orElseThrow().standard()).isEqualTo("0.40");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void shouldNameATakenPortBeforeAHomeIsMade(int offset) throws Exception {
    int base = FreePorts.base();
    try (ServerSocket taken = FreePorts.listen(base + offset)) {
      assertThat(start("--cometbft", comet("0.38.1"), "--port-base", Integer.toString(base)))
          .isEqualTo(CliException.FAILED);
      assertThat(err.toString())
          .contains("port " + taken.getLocalPort() + " is taken")
          .hasLineCount(1);
    }
    assertThat(home.path()).doesNotExist();
  }

  @Test
  void shouldNameATakenPortOfAHomeThatExists() throws Exception {
    int base = FreePorts.base();
    try (ServerSocket taken = FreePorts.listen(base + 3)) {
      home.create(
          Map.of(
              "abci.address", "tcp://127.0.0.1:" + (base + 2),
              "http.address", "127.0.0.1:" + taken.getLocalPort()));
      writeNodeHome("0.38.26", base, base + 2);

      assertThat(start("--cometbft", comet("0.38.1"))).isEqualTo(CliException.FAILED);
      assertThat(err.toString())
          .contains("port " + taken.getLocalPort() + " is taken")
          .contains("change http.address in " + home.configFile());
    }
  }

  @Test
  void shouldRefuseANodeThatTalksInAnotherWay() throws Exception {
    home.create(Map.of("abci.transport", "grpc"));
    writeNodeHome("0.38.26");

    assertThat(start("--cometbft", comet("0.38.1"))).isEqualTo(CliException.USAGE);
    assertThat(err.toString())
        .contains("the node has abci = \"socket\" (" + home.cometHome() + "/config/config.toml)")
        .contains("the application abci.transport = \"grpc\" (" + home.configFile())
        .hasLineCount(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "65536", "99999"})
  void shouldRefuseAPeerWithAPortThatNoneHas(String port) throws Exception {
    Path genesis = Files.createFile(home.path().resolveSibling("genesis.json"));
    String peer = "0123456789abcdef0123456789abcdef01234567@127.0.0.1:" + port;

    assertThat(start("--genesis", genesis.toString(), "--peers", peer))
        .isEqualTo(CliException.USAGE);
    assertThat(err.toString()).contains("--peers " + peer + ": must be ID@HOST:PORT");
    assertThat(home.path()).doesNotExist();
  }

  @Test
  void shouldRefuseSettingsOfANewHomeThatAnExistingOneHasNot() throws Exception {
    home.create(Map.of());
    writeNodeHome("0.38.26");

    assertThat(start("--cometbft", comet("0.38.1"), "--port-base", "45000"))
        .isEqualTo(CliException.USAGE);
    assertThat(err.toString())
        .contains("--port-base 45000: " + home.path() + " was made with others");
  }

  @Test
  void shouldTakeAwayTheHomeThatItCouldNotFinish() throws Exception {
    String base = Integer.toString(FreePorts.base());

    assertThat(start("--cometbft", comet("0.38.1"), "--port-base", base))
        .isEqualTo(CliException.FAILED);
    assertThat(err.toString()).contains("init\" failed for " + home.cometHome());
    assertThat(home.path()).doesNotExist();

    Files.createDirectory(home.path());
    assertThat(
            run(
                "init",
                "--home",
                home.path().toString(),
                "--with-node",
                "--cometbft",
                comet("0.38.1")))
        .isEqualTo(CliException.FAILED);
    assertThat(home.path()).isEmptyDirectory();
  }

  @Test
  void shouldRefuseANewNodeForTheBlocksOfALostOne() throws Exception {
    home.create(Map.of());
    NodeConfig config = NodeConfig.load(home, Map.of());
    RocksDbStore store = RocksDbStore.open(config.disk().path(), RocksDbConfig.defaults());
    try (StorageEngine engine =
        TieredEngine.open(
            store,
            Logs.forced(config.fallback().path().resolve("disk")),
            () -> ChronicleMemoryStore.create(16 << 20),
            () -> Logs.bridge(config.fallback().path().resolve("memory")),
            EngineConfig.of(DiskPolicy.BEHIND))) {
      engine.commit(BatchBuilder.at(1).tx("colour=red", 0).build());
    }

    assertThat(start("--cometbft", comet("0.38.1"))).isEqualTo(CliException.FAILED);
    assertThat(err.toString())
        .contains("its node's folder " + home.cometHome() + " is lost: put it back")
        .hasLineCount(1);
    assertThat(home.cometHome()).doesNotExist();
    assertThat(home.path().resolve(NodeRelease.FILE)).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"init", "start --with-node"})
  void shouldLeaveAForeignFolderAlone(String command) throws Exception {
    Files.createDirectory(home.path());
    Files.writeString(home.path().resolve("letter.txt"), "mine");

    assertThat(run((command + " --home " + home.path()).split(" "))).isEqualTo(CliException.USAGE);
    assertThat(err.toString()).contains("is not a home: it has letter.txt").hasLineCount(1);
    assertThat(tree()).containsExactly("home", "home/letter.txt");
  }

  @ParameterizedTest
  @ValueSource(strings = {"init", "start", "devnet", "status"})
  void shouldRefuseAnEmptyNameOfAHome(String command) {
    assertThat(run(command, "--home", "")).isEqualTo(CliException.USAGE);
    assertThat(err.toString()).contains("--home is empty: must be a folder").hasLineCount(1);
  }

  private void writeNodeHome(String version) throws IOException {
    writeNodeHome(version, FreePorts.base(), 26_658);
  }

  private void writeNodeHome(String version, int base, int abciPort) throws IOException {
    Path config = home.cometHome().resolve("config/config.toml");
    Files.createDirectories(config.getParent());
    Files.writeString(
        config,
        """
        version = "%s"
        proxy_app = "tcp://127.0.0.1:%d"
        abci = "socket"
        [rpc]
        laddr = "tcp://127.0.0.1:%d"
        [p2p]
        laddr = "tcp://127.0.0.1:%d"
        """
            .formatted(version, abciPort, base + 1, base));
  }

  /** An executable that says its version and fails at all else. */
  private String comet(String version) throws IOException {
    Path script = folder.resolve("comet-" + version);
    Files.writeString(script, "#!/bin/sh\n[ $1 = version ] && echo " + version + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    return script.toString();
  }

  private List<String> tree() throws IOException {
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.walk(home.path())) {
      files.forEach(file -> names.add(folder.relativize(file).toString()));
    }
    names.sort(null);
    return names;
  }

  private int start(String... more) {
    List<String> args = new ArrayList<>(List.of("start", "--home", home.path().toString()));
    args.add("--with-node");
    args.addAll(List.of(more));
    return run(args.toArray(String[]::new));
  }

  private int run(String... args) {
    PrintWriter outWriter = new PrintWriter(out, true);
    PrintWriter errWriter = new PrintWriter(err, true);
    Console console = new Console(outWriter, errWriter, false, false, 80);
    return Varve.run(console, Map.of("HOME", folder.toString()), outWriter, errWriter, args);
  }
}
