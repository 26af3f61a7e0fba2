package dev.varve.abci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.Request;
import dev.varve.abci.types.RequestCheckTx;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.Response;
import dev.varve.abci.types.ResponseCheckTx;
import dev.varve.abci.types.ResponseQuery;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What peers and the application do wrong: one connection ends with one line, the rest go on. */
@Timeout(60)
class AbciServerFaultTest {
  private static final int CAP = 1 << 20;

  private final RecordingApplication application = new RecordingApplication();
  private AbciServer server;
  private AbciClient bystander;
  private CapturedLog log;

  @BeforeEach
  void start() throws IOException {
    log = new CapturedLog();
    server = AbciServer.start(config(3), application.application());
    bystander = AbciClient.connect(server.address());
    bystander.call(Requests.echo("before"));
  }

  private static AbciServerConfig config(int maxConnections) {
    return new AbciServerConfig(
        "tcp://127.0.0.1:0", AbciServerConfig.Transport.SOCKET, CAP, maxConnections, "abci-fault");
  }

  @AfterEach
  void stop() throws IOException {
    assertThat(bystander.call(Requests.echo("after")).getEcho().getMessage()).isEqualTo("after");
    bystander.close();
    server.close();
    log.close();
    assertThat(TestThreads.named("abci-fault")).isEmpty();
  }

  private Socket connect() throws IOException {
    URI address = URI.create(server.address());
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress(address.getHost(), address.getPort()));
    return socket;
  }

  @ParameterizedTest
  @CsvSource({
    "ffffffffffffffffffff01, the length prefix is no unsigned varint",
    "80808080808080808002, the length prefix is no unsigned varint",
    "818040, a message of 1048577 bytes was announced, allowed are 1048576",
    "ffffffffffffffffff01, a message of 18446744073709551615 bytes was announced",
    "00, a message of 0 bytes holds no known request",
    "0322012a, no known request (its field numbers are [4])",
    "04f2010100, no known request (its field numbers are [30])",
    "05ffffffffff, a message of 5 bytes is no ABCI request",
    "034205aa, a message of 3 bytes is no ABCI request",
    "0542, 'the stream ended inside a frame, after 2 bytes of 6 bytes'",
    "80, 'the stream ended inside a frame, after 1 bytes of unknown length'",
  })
  void shouldCloseOnBadFrame(String hex, String line) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(HexFormat.of().parseHex("021200" + hex));
      socket.shutdownOutput();
      // The unread Flush before the fault is still answered.
      assertThat(socket.getInputStream().readAllBytes()).isEqualTo(new byte[] {2, 0x1a, 0});
    }
    assertThat(log.lines()).hasSize(1);
    assertThat(log.lines().get(0)).contains("from tcp://127.0.0.1:").contains(line);
  }

  @Test
  void shouldAnswerExceptionThenCloseWhenTheApplicationFails() throws IOException {
    application
        .on(
            RequestQuery.class,
            q -> {
              throw new IllegalStateException("state is gone");
            })
        .on(RequestCheckTx.class, q -> ResponseCheckTx.newBuilder().setData(q.getTx()).build());
    try (AbciClient client = AbciClient.connect(server.address())) {
      client.send(Requests.checkTx("good"));
      client.send(Requests.query("x"));
      for (int i = 0; i < 5_000; i++) {
        client.send(Requests.checkTx("never answered"));
      }
      client.flush();
      assertThat(client.receive().getCheckTx().getData().toStringUtf8()).isEqualTo("good");
      Response failure = client.receive();
      assertThat(failure.getException().getError()).contains("QUERY", "state is gone");
      assertThatThrownBy(client::receive).isInstanceOf(EOFException.class);
    }
    assertThat(log.lines()).hasSize(1);
    assertThat(log.lines().get(0)).contains("the application failed in QUERY");
  }

  @Test
  void shouldRefuseACallOutOfOrderAndServeOn() throws IOException {
    application.on(
        RequestQuery.class,
        q -> {
          throw new CallOrderException("no block is open");
        });
    application.on(
        RequestCheckTx.class, q -> ResponseCheckTx.newBuilder().setData(q.getTx()).build());
    try (AbciClient other = AbciClient.connect(server.address())) {
      try (AbciClient client = AbciClient.connect(server.address())) {
        assertThatThrownBy(() -> client.call(Requests.query("x")))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("no block is open");
      }
      assertThat(other.call(Requests.checkTx("good")).getCheckTx().getData().toStringUtf8())
          .isEqualTo("good");
    }
    assertThat(log.lines()).hasSize(1);
    assertThat(log.lines().get(0)).contains("QUERY refused: no block is open");
  }

  @Test
  void shouldTreatANullAnswerAsAFailure() throws IOException {
    application.on(RequestQuery.class, q -> null);
    try (AbciClient client = AbciClient.connect(server.address())) {
      assertThatThrownBy(() -> client.call(Requests.query("x")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("the ABCI server failed: QUERY failed");
    }
    assertThat(log.lines()).hasSize(1);
  }

  @Test
  void shouldRefuseConnectionsOverTheBound() throws IOException {
    try (Socket second = connect();
        Socket third = connect()) {
      new AbciClientProbe(second).echo();
      new AbciClientProbe(third).echo();
      try (Socket fourth = connect()) {
        assertThat(fourth.getInputStream().read()).isEqualTo(-1);
      }
    }
    assertThat(log.lines()).hasSize(1);
    assertThat(log.lines().get(0)).contains("refused: 3 are open, allowed are 3");
  }

  @Test
  void shouldWarnOnceOfAnUnknownVersionAndGoOn() throws IOException {
    for (int i = 0; i < 2; i++) {
      bystander.call(Requests.info("3.0.0", "9.9.9"));
    }
    assertThat(log.lines()).hasSize(1);
    assertThat(log.lines().get(0)).contains("\"9.9.9\"", "\"3.0.0\"", "V0_38");
  }

  @Test
  void shouldBoundWhatWaitsForAPeerThatDoesNotRead() throws Exception {
    ByteString large = ByteString.copyFrom(new byte[1 << 20]);
    application.on(RequestQuery.class, q -> ResponseQuery.newBuilder().setValue(large).build());
    int asked = 1_000;
    try (AbciClient slow = AbciClient.connect(server.address())) {
      for (int i = 0; i < asked; i++) {
        slow.send(Requests.query("x"));
      }
      slow.flush();
      bystander.call(Requests.echo("others go on"));
      server.close();
    }
    assertThat(application.requests().size()).isLessThan(asked);
    start();
  }

  /** Sends echoes over a plain socket. */
  private record AbciClientProbe(Socket socket) {
    void echo() throws IOException {
      Request echo = Requests.echo("x");
      ByteArrayOutputStream frame = new ByteArrayOutputStream();
      echo.writeDelimitedTo(frame);
      socket.getOutputStream().write(frame.toByteArray());
      assertThat(Response.parseDelimitedFrom(socket.getInputStream()).hasEcho()).isTrue();
    }
  }
}
