package dev.varve.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeConfigTest {
  @TempDir private Path folder;
  private NodeHome home;

  @BeforeEach
  void setUp() {
    home = new NodeHome(folder.resolve("home"));
    home.create(Map.of());
  }

  @Test
  void shouldReadTheTemplateAsTheDefaults() {
    NodeConfig config = NodeConfig.load(home, Map.of());

    assertThat(config.abci().address()).isEqualTo("tcp://127.0.0.1:26658");
    assertThat(config.abci().transport()).isEqualTo("socket");
    assertThat(config.memory().bytes()).isEqualTo(256L << 20);
    assertThat(config.sync().period()).isEqualTo(Duration.ofSeconds(60));
    assertThat(config.disk().path()).isEqualTo(home.path().resolve("store"));
    assertThat(config.retain()).isEqualTo(new NodeConfig.Retain(0, 0));
    assertThat(config.history().blocks()).isEqualTo(10_000);
    assertThat(config.http().enabled()).isTrue();
    assertThat(config.logLevel()).isEqualTo("info");
  }

  @Test
  void shouldHaveTheNodeKeepAsManyBlocksUnlessTold() {
    NodeHome both = new NodeHome(folder.resolve("both"));
    both.create(Map.of("retain.blocks", "9"));
    NodeHome node = new NodeHome(folder.resolve("node"));
    node.create(Map.of("retain.node_blocks", "7"));

    assertThat(NodeConfig.load(both, Map.of()).retain()).isEqualTo(new NodeConfig.Retain(9, 9));
    assertThat(NodeConfig.load(node, Map.of()).retain()).isEqualTo(new NodeConfig.Retain(0, 7));
  }

  @Test
  void shouldNameEveryKeyInTheTemplateWithItsDefault() throws IOException {
    String text = Files.readString(home.configFile());

    for (ConfigKey<?> key : ConfigKeys.ALL) {
      assertThat(text).contains("\n[" + key.section() + "]\n");
      assertThat(text).contains("\n#" + key.leaf() + " = " + key.text() + "\n");
    }
  }

  @Test
  void shouldReadTheTemplateWithEveryCommentTakenAway() throws IOException {
    NodeConfig defaults = NodeConfig.load(home, Map.of());
    String text = Files.readString(home.configFile());
    Files.writeString(home.configFile(), text.replaceAll("(?m)^#(\\w+ = )", "$1"));

    assertThat(NodeConfig.load(home, Map.of())).isEqualTo(defaults);
  }

  @Test
  void shouldWriteSettingsThatDifferAsActiveLines() {
    NodeHome other = new NodeHome(folder.resolve("other"));
    other.create(Map.of("http.address", "off", "abci.address", "tcp://127.0.0.1:1234"));

    NodeConfig config = NodeConfig.load(other, Map.of());

    assertThat(config.http().enabled()).isFalse();
    assertThat(config.abci().address()).isEqualTo("tcp://127.0.0.1:1234");
  }

  @Test
  void shouldLetTheCommandLineWin() throws IOException {
    write("[http]", "address = \"off\"");

    NodeConfig config = NodeConfig.load(home, Map.of("http.address", "127.0.0.1:9"));

    assertThat(config.http().address()).isEqualTo("127.0.0.1:9");
  }

  @Test
  void shouldNameTheCommandLineWhereItsValueIsBad() {
    assertThatThrownBy(() -> NodeConfig.load(home, Map.of("abci.address", "nowhere")))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "command line: abci.address = \"nowhere\": must be tcp://HOST:PORT or unix:///PATH");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[memory] | bytes = 5 | memory.bytes = 5: must be bytes such as",
        "[memory] | bytes = \"1 MiB\" | memory.bytes = \"1 MiB\": must be bytes such as",
        "[memory] | bytes = \"lots\" | memory.bytes = \"lots\": must be",
        "[memory] | bytes = true | memory.bytes = true: must be",
        "[memory] | bytes = [1] | memory.bytes = [ 1 ]: must be",
        "[http] | open = \"yes\" | http.open = \"yes\": must be true or false",
        "[http] | origins = \"app\" | http.origins = \"app\": must be origins such as",
        "[gateway] | node = \"ftp://x:1\" | gateway.node = \"ftp://x:1\": must be http://HOST",
        "[gateway] | node = \"http://x:1/y\" | gateway.node = \"http://x:1/y\": must be http://",
        "[gateway] | backup = \"paper\" | gateway.backup = \"paper\": must be one of disk, memory",
        "[gateway] | share_period_millis = 0 | gateway.share_period_millis = 0: must be a whole",
        "[gateway] | lease_millis = 10 | gateway.lease_millis = 10: must be a whole number, 500 to",
        "[disk] | store = \"paper\" | disk.store = \"paper\": must be one of rocksdb, leveldb",
        "[disk] | path = \"\" | disk.path = \"\": must be a folder",
        "[disk] | block_cache_bytes = \"1 KiB\" | disk.block_cache_bytes = \"1 KiB\": must be",
        "[disk] | wal_bytes = 1.5 | disk.wal_bytes = 1.5: must be",
        "[disk] | background_jobs = 0 | disk.background_jobs = 0: must be a whole number",
        "[fallback] | path = \"store/log\" | fallback.path = \"store/log\": must be a folder apart",
        "[fallback] | bytes = \"200 GiB\" | fallback.bytes = \"200 GiB\": must be at most 128 GiB",
        "[sync] | period_seconds = -1 | sync.period_seconds = -1: must be a whole number, 0 to",
        "[retain] | blocks = -1 | retain.blocks = -1: must be a whole number, 0 to",
        "[abci] | address = \"tcp://x\" | abci.address = \"tcp://x\": must be tcp://HOST:PORT",
        "[abci] | address = \"tcp://x:70000\" | abci.address = \"tcp://x:70000\": must be",
        "[abci] | transport = \"http\" | abci.transport = \"http\": must be one of socket, grpc",
        "[abci] | max_message_bytes = 1 | abci.max_message_bytes = 1: must be bytes",
        "[http] | address = \"26659\" | http.address = \"26659\": must be HOST:PORT or off",
        "[log] | level = \"loud\" | log.level = \"loud\": must be one of error",
      })
  void shouldRefuseABadValue(String section, String line, String message) throws IOException {
    write("# a comment", section, line);

    assertThatThrownBy(() -> NodeConfig.load(home, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(home.configFile() + ":3: " + message);
  }

  @Test
  void shouldNameWhatASectionHasWhenAKeyIsUnknown() throws IOException {
    write("[memory]", "bites = 5");

    assertThatThrownBy(() -> NodeConfig.load(home, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessage(home.configFile() + ":2: unknown key memory.bites; [memory] has bytes");
  }

  @Test
  void shouldNameTheSectionsWhenOneIsUnknown() throws IOException {
    write("[uplinks]", "address = \"x\"");

    assertThatThrownBy(() -> NodeConfig.load(home, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(":1: unknown key uplinks; the sections are abci, memory, sync, disk");
  }

  @Test
  void shouldNameTheLineOfBadToml() throws IOException {
    write("[memory]", "bytes = = 5");

    assertThatThrownBy(() -> NodeConfig.load(home, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(home.configFile() + ":2: ");
  }

  @Test
  void shouldAllowALongLogWithLargeSegments() throws IOException {
    Files.writeString(
        home.configFile(), "[fallback]\nbytes = \"200 GiB\"\nsegment_bytes = \"64 MiB\"\n");
    assertThat(NodeConfig.load(home, Map.of()).fallback().bytes()).isEqualTo(200L << 30);
  }

  @Test
  void shouldRefuseAUnixSocketWithGrpc() throws IOException {
    write("[abci]", "address = \"unix:///tmp/x\"", "transport = \"grpc\"");

    assertThatThrownBy(() -> NodeConfig.load(home, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(":2: abci.address = \"unix:///tmp/x\": must be tcp://HOST:PORT with");
  }

  @Test
  void shouldSayHowToMakeAHomeWhereThereIsNone() {
    NodeHome none = new NodeHome(folder.resolve("none"));

    assertThatThrownBy(() -> NodeConfig.load(none, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("varve init --home " + none.path());
  }

  private void write(String... lines) throws IOException {
    Files.writeString(home.configFile(), String.join("\n", lines) + "\n");
  }
}
