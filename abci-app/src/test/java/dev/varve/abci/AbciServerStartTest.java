package dev.varve.abci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Configuration, addresses and what may already be there. */
@Timeout(60)
class AbciServerStartTest {
  @TempDir private Path folder;
  private final AbciApplication application = new RecordingApplication().application();

  private AbciServer start(String address) {
    return AbciServer.start(AbciServerConfig.of(address), application);
  }

  private static void assertAnswers(AbciServer server) throws IOException {
    try (AbciClient client = AbciClient.connect(server.address())) {
      assertThat(client.call(Requests.echo("x")).hasEcho()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "127.0.0.1:26658",
        "tcp://127.0.0.1",
        "tcp://127.0.0.1:65536",
        "tcp://:26658",
        "tcp://127.0.0.1:1/path",
        "tcp://user@127.0.0.1:1",
        "tcp://a b:1",
        "http://127.0.0.1:1",
        "unix://",
        "unix://a\0b"
      })
  void shouldRefuseBadAddresses(String address) {
    assertThatThrownBy(() -> AbciServerConfig.of(address))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("address = \"" + address + "\"")
        .hasMessageContaining("tcp://HOST:PORT");
  }

  @ParameterizedTest
  @CsvSource({
    "1023, 4, n, maxMessageBytes = 1023: allowed are 1024 to 1073741824",
    "1073741825, 4, n, maxMessageBytes = 1073741825",
    "1024, 0, n, maxConnections = 0: allowed are 1 to 4096",
    "1024, 4097, n, maxConnections = 4097",
    "1024, 4, ' ', 'name = \" \"'",
  })
  void shouldRefuseBadValues(int messageBytes, int connections, String name, String message) {
    assertThatThrownBy(
            () ->
                new AbciServerConfig(
                    AbciServerConfig.DEFAULT_ADDRESS,
                    AbciServerConfig.Transport.SOCKET,
                    messageBytes,
                    connections,
                    name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void shouldRefuseUnixSocketsForGrpc() {
    assertThatThrownBy(
            () -> new AbciServerConfig("unix:///x", AbciServerConfig.Transport.GRPC, 1024, 1, "n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("GRPC allows tcp://HOST:PORT only");
  }

  @Test
  void shouldSpeakIpv6() throws IOException {
    try (AbciServer server = start("tcp://[::1]:0")) {
      assertThat(server.address()).startsWith("tcp://[");
      assertAnswers(server);
    }
  }

  @Test
  void shouldNameTheTakenPort() throws IOException {
    try (AbciServer server = start("tcp://127.0.0.1:0")) {
      assertThatThrownBy(() -> start(server.address()))
          .isInstanceOf(AbciServerException.class)
          .hasMessage(
              "ABCI server cannot listen at " + server.address() + ": Address already in use");
      assertAnswers(server);
    }
  }

  @Test
  void shouldNameTheUnknownHost() {
    assertThatThrownBy(() -> start("tcp://no-such-host.invalid:1"))
        .isInstanceOf(AbciServerException.class)
        .hasMessageContaining("no-such-host.invalid");
  }

  @Test
  void shouldLeaveALiveUnixSocketAlone() throws IOException {
    try (AbciServer server = start("unix://" + folder.resolve("a.sock"))) {
      assertThatThrownBy(() -> start(server.address()))
          .isInstanceOf(AbciServerException.class)
          .hasMessageContaining(server.address())
          .hasMessageContaining("another server answers");
      assertAnswers(server);
    }
  }

  @Test
  void shouldReplaceAStaleUnixSocket() throws IOException {
    Path path = folder.resolve("a.sock");
    try (var dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(path));
    }
    assertThat(Files.exists(path)).isTrue();
    try (AbciServer server = start("unix://" + path)) {
      assertAnswers(server);
    }
    assertThat(Files.exists(path)).isFalse();
  }

  @Test
  void shouldNeverReplaceAFile() throws IOException {
    Path path = Files.writeString(folder.resolve("notes"), "keep me");
    assertThatThrownBy(() -> start("unix://" + path))
        .isInstanceOf(AbciServerException.class)
        .hasMessageContaining("a file but no socket");
    assertThat(path).hasContent("keep me");
  }

  @Test
  void shouldNameTheFolderThatIsMissing() {
    assertThatThrownBy(() -> start("unix://" + folder.resolve("none/a.sock")))
        .isInstanceOf(AbciServerException.class)
        .hasMessageContaining("No such file or directory");
  }
}
