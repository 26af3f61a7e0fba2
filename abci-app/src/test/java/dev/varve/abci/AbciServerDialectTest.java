package dev.varve.abci;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.TextFormat;
import dev.varve.abci.types.CheckTxType;
import dev.varve.abci.types.RequestCheckTx;
import dev.varve.abci.types.RequestInitChain;
import dev.varve.abci.types.ResponseInitChain;
import dev.varve.abci.v1.Request;
import dev.varve.abci.v1.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a server learns which dialect a connection speaks. */
@Timeout(60)
class AbciServerDialectTest {
  private final RecordingApplication application = new RecordingApplication();

  private static final Request CHECK_V1 = v1("check_tx { tx: \"a\" type: CHECK_TX_TYPE_RECHECK }");
  private static final Request INIT_V1 =
      v1(
          "init_chain { consensus_params { synchrony { precision { nanos: 505000000 } } }"
              + " validators { pub_key_type: \"ed25519\" pub_key_bytes: \"k\" power: 2 } }");

  private static Request v1(String text) {
    try {
      return TextFormat.parse(text, Request.class);
    } catch (TextFormat.ParseException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private AbciServer start() {
    application.on(
        RequestInitChain.class,
        q -> ResponseInitChain.newBuilder().addAllValidators(q.getValidatorsList()).build());
    return AbciServer.start(AbciServerConfig.of("tcp://127.0.0.1:0"), application.application());
  }

  private RequestCheckTx lastCheckTx() {
    return (RequestCheckTx) application.requests().get(application.requests().size() - 1);
  }

  @Test
  void shouldSpeakWhatInfoSaidOnConnectionsOpenedBefore() throws Exception {
    try (AbciServer server = start();
        AbciClient query = AbciClient.connect(server.address());
        AbciClient consensus = AbciClient.connect(server.address())) {
      consensus.call(Requests.echo("open"));
      query.call(Requests.info("1.0.1", "2.1.0"));
      consensus.sendFrame(INIT_V1);
      consensus.sendFrame(CHECK_V1);
      consensus.flush();
      Response answer = Response.parseFrom(consensus.receiveBytes());
      assertThat(answer.getInitChain().getValidators(0).getPubKeyType()).isEqualTo("ed25519");
      assertThat(answer.getInitChain().getValidators(0).getPubKeyBytes())
          .isEqualTo(ByteString.copyFromUtf8("k"));
      assertThat(consensus.receive().hasCheckTx()).isTrue();
      assertThat(lastCheckTx().getType()).isEqualTo(CheckTxType.RECHECK);
    }
  }

  @Test
  void shouldKeepAConnectionsDialectWhenAnotherAsksInfo() throws Exception {
    try (AbciServer server = start();
        AbciClient node = AbciClient.connect(server.address());
        AbciClient tool = AbciClient.connect(server.address())) {
      node.call(Requests.info("1.0.1", "2.1.0"));
      tool.call(Requests.info("0.38.25", "2.0.0"));
      node.sendFrame(CHECK_V1);
      node.flush();
      assertThat(node.receive().hasCheckTx()).isTrue();
      assertThat(lastCheckTx().getType()).isEqualTo(CheckTxType.RECHECK);
    }
  }

  @Test
  void shouldFollowANodeOfAnotherVersionThatComesLater() throws Exception {
    try (AbciServer server = start();
        AbciClient first = AbciClient.connect(server.address());
        AbciClient second = AbciClient.connect(server.address())) {
      first.call(Requests.info("1.0.1", "2.1.0"));
      second.call(Requests.info("0.38.25", "2.0.0"));
      try (AbciClient mempool = AbciClient.connect(server.address())) {
        mempool.sendFrame(TextFormat.parse("check_tx { tx: \"a\" type: RECHECK }", recheck()));
        mempool.flush();
        assertThat(mempool.receive().hasCheckTx()).isTrue();
        assertThat(lastCheckTx().getType()).isEqualTo(CheckTxType.RECHECK);
      }
    }
  }

  private static Class<dev.varve.abci.types.Request> recheck() {
    return dev.varve.abci.types.Request.class;
  }

  @Test
  void shouldSpeak038BeforeAnyInfo() throws Exception {
    try (AbciServer server = start();
        AbciClient client = AbciClient.connect(server.address())) {
      client.call(TextFormat.parse("check_tx { tx: \"a\" type: RECHECK }", recheck()));
      assertThat(lastCheckTx().getType()).isEqualTo(CheckTxType.RECHECK);
    }
  }
}
