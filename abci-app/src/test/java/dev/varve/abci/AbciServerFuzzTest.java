package dev.varve.abci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.abci.types.Request;
import dev.varve.abci.types.RequestCheckTx;
import dev.varve.abci.types.Response;
import dev.varve.abci.types.ResponseCheckTx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Damaged streams to a live server: right answers up to the damage, then a clean end. */
class AbciServerFuzzTest {
  private static AbciServer server;

  @BeforeContainer
  static void start() {
    RecordingApplication application =
        new RecordingApplication()
            .on(RequestCheckTx.class, q -> ResponseCheckTx.newBuilder().setData(q.getTx()).build());
    server = AbciServer.start(AbciServerConfig.of("tcp://127.0.0.1:0"), application.application());
  }

  @AfterContainer
  static void stop() throws IOException {
    try (AbciClient client = AbciClient.connect(server.address())) {
      assertThat(client.call(Requests.echo("alive")).hasEcho()).isTrue();
    }
    server.close();
  }

  @Property(tries = 300)
  void shouldAnswerWhatIsWholeAndEnd(
      @ForAll @Size(min = 1, max = 12) List<@IntRange(max = 200) Integer> sizes,
      @ForAll @IntRange(max = 3_000) int damagedAt,
      @ForAll @IntRange(min = 1, max = 255) int flip)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<Integer> ends = new ArrayList<>();
    List<Request> requests = new ArrayList<>();
    for (int bytes : sizes) {
      Request request = Requests.checkTx("x".repeat(bytes));
      requests.add(request);
      request.writeDelimitedTo(out);
      ends.add(out.size());
    }
    byte[] stream = out.toByteArray();
    int at = damagedAt % stream.length;
    stream[at] ^= (byte) flip;
    URI address = URI.create(server.address());
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address.getHost(), address.getPort()));
      socket.getOutputStream().write(stream);
      socket.shutdownOutput();
      InputStream in = socket.getInputStream();
      for (int i = 0; i < requests.size() && ends.get(i) <= at; i++) {
        assertThat(Response.parseDelimitedFrom(in).getCheckTx().getData())
            .isEqualTo(requests.get(i).getCheckTx().getTx());
      }
      // A changed byte may leave a frame that still is one.
      for (Response rest; (rest = Response.parseDelimitedFrom(in)) != null; ) {
        assertThat(rest.hasException()).isFalse();
      }
    }
  }
}
