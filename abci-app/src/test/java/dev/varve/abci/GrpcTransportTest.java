package dev.varve.abci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.varve.abci.types.RequestCheckTx;
import dev.varve.abci.types.RequestEcho;
import dev.varve.abci.types.RequestFinalizeBlock;
import dev.varve.abci.types.RequestInitChain;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseCheckTx;
import dev.varve.abci.types.ResponseEcho;
import dev.varve.abci.types.ResponseFinalizeBlock;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.abci.v1.CheckTxRequest;
import dev.varve.abci.v1.FinalizeBlockResponse;
import dev.varve.abci.v1.InitChainRequest;
import dev.varve.abci.v1.InitChainResponse;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Both services over a real channel, and their tables against the .proto files. */
@Timeout(60)
class GrpcTransportTest {
  private static final String V038 = "tendermint.abci.ABCI";
  private static final String V1 = "cometbft.abci.v1.ABCIService";

  private final RecordingApplication application = new RecordingApplication();
  private AbciServer server;
  private ManagedChannel channel;

  @BeforeEach
  void start() {
    server = AbciServer.start(config("tcp://127.0.0.1:0"), application.application());
    channel =
        NettyChannelBuilder.forTarget(server.address().substring("tcp://".length()))
            .usePlaintext()
            .maxInboundMessageSize(64 << 20)
            .build();
  }

  private static AbciServerConfig config(String address) {
    return new AbciServerConfig(address, AbciServerConfig.Transport.GRPC, 1 << 20, 4, "abci-rpc");
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.close();
    assertThat(TestThreads.named("abci-rpc")).isEmpty();
  }

  private <Q extends Message, R extends Message> R call(
      String service, String method, Q request, R response) {
    var descriptor =
        io.grpc.MethodDescriptor.<Q, R>newBuilder()
            .setType(MethodType.UNARY)
            .setFullMethodName(service + "/" + method)
            .setRequestMarshaller(ProtoUtils.marshaller(request))
            .setResponseMarshaller(ProtoUtils.marshaller(response))
            .build();
    return ClientCalls.blockingUnaryCall(channel, descriptor, CallOptions.DEFAULT, request);
  }

  @Test
  void shouldDefineEveryMethodOfTheProtoFiles() {
    AbciApplication any = application.application();
    ServiceDescriptor v038 = RequestEcho.getDescriptor().getFile().findServiceByName("ABCI");
    ServiceDescriptor v1 =
        CheckTxRequest.getDescriptor().getFile().findServiceByName("ABCIService");
    assertThat(signatures(GrpcServices.v038(any))).containsExactlyElementsOf(signatures(v038));
    assertThat(signatures(GrpcServices.v1(any))).containsExactlyElementsOf(signatures(v1));
  }

  private static List<String> signatures(ServiceDescriptor service) {
    List<String> lines = new ArrayList<>();
    for (MethodDescriptor method : service.getMethods()) {
      lines.add(
          service.getFullName()
              + "/"
              + method.getName()
              + " "
              + method.getInputType().getFullName()
              + " "
              + method.getOutputType().getFullName());
    }
    return lines.stream().sorted().toList();
  }

  private static List<String> signatures(ServerServiceDefinition service) {
    List<String> lines = new ArrayList<>();
    for (var method : service.getMethods()) {
      var descriptor = method.getMethodDescriptor();
      lines.add(
          descriptor.getFullMethodName()
              + " "
              + typeName(descriptor.getRequestMarshaller())
              + " "
              + typeName(descriptor.getResponseMarshaller()));
    }
    return lines.stream().sorted().toList();
  }

  private static String typeName(io.grpc.MethodDescriptor.Marshaller<?> marshaller) {
    Message prototype = (Message) ((PrototypeMarshaller<?>) marshaller).getMessagePrototype();
    return prototype.getDescriptorForType().getFullName();
  }

  @Test
  void shouldServeBothServices() throws Exception {
    application.on(
        RequestCheckTx.class,
        q -> ResponseCheckTx.newBuilder().setLog(q.getType() + " " + q.getTx().size()).build());
    RequestEcho echo = RequestEcho.newBuilder().setMessage("hi").build();
    for (String service : List.of(V038, V1)) {
      assertThat(call(service, "Echo", echo, ResponseEcho.getDefaultInstance()).getMessage())
          .isEqualTo("hi");
    }
    RequestCheckTx again = TextFormat.parse("tx: \"ab\" type: RECHECK", RequestCheckTx.class);
    assertThat(call(V038, "CheckTx", again, ResponseCheckTx.getDefaultInstance()).getLog())
        .isEqualTo("RECHECK 2");
    CheckTxRequest check =
        TextFormat.parse("tx: \"abc\" type: CHECK_TX_TYPE_CHECK", CheckTxRequest.class);
    assertThat(call(V1, "CheckTx", check, ResponseCheckTx.getDefaultInstance()).getLog())
        .isEqualTo("NEW 3");
  }

  @Test
  void shouldTranslateForTheServiceOf10() throws Exception {
    application.on(
        RequestFinalizeBlock.class,
        q -> text("validator_updates { pub_key { ed25519: \"k\" } power: 3 }"));
    InitChainRequest genesis =
        TextFormat.parse(
            "consensus_params { synchrony { precision { nanos: 505000000 } } }"
                + " validators { pub_key_type: \"ed25519\" pub_key_bytes: \"k\" power: 2 }",
            InitChainRequest.class);
    call(V1, "InitChain", genesis, InitChainResponse.getDefaultInstance());
    RequestInitChain seen = (RequestInitChain) application.requests().get(0);
    assertThat(seen.getValidators(0).getPubKey().getEd25519())
        .isEqualTo(ByteString.copyFromUtf8("k"));
    RequestFinalizeBlock block = RequestFinalizeBlock.newBuilder().setHeight(1).build();
    FinalizeBlockResponse answer =
        call(V1, "FinalizeBlock", block, FinalizeBlockResponse.getDefaultInstance());
    assertThat(answer.getValidatorUpdates(0).getPubKeyType()).isEqualTo("ed25519");
    assertThat(
            call(V038, "FinalizeBlock", block, ResponseFinalizeBlock.getDefaultInstance())
                .getValidatorUpdates(0)
                .getPower())
        .isEqualTo(3);
  }

  private static ResponseFinalizeBlock text(String text) {
    try {
      return TextFormat.parse(text, ResponseFinalizeBlock.class);
    } catch (TextFormat.ParseException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Test
  void shouldAnswerFailuresWithAStatusAndOneLineAndLive() throws Exception {
    application.on(
        RequestQuery.class,
        q -> {
          throw new IllegalStateException("state is gone");
        });
    RequestQuery query = RequestQuery.newBuilder().setPath("/x").build();
    InitChainRequest strange =
        TextFormat.parse("validators { pub_key_type: \"sr25519\" }", InitChainRequest.class);
    try (CapturedLog log = new CapturedLog()) {
      assertThatThrownBy(() -> call(V038, "Query", query, ResponseQuery.getDefaultInstance()))
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("INTERNAL")
          .hasMessageContaining("state is gone");
      assertThatThrownBy(
              () -> call(V1, "InitChain", strange, InitChainResponse.getDefaultInstance()))
          .hasMessageContaining("INVALID_ARGUMENT");
      assertThat(log.lines()).hasSize(2);
    }
    RequestEcho echo = RequestEcho.newBuilder().setMessage("hi").build();
    assertThat(call(V038, "Echo", echo, ResponseEcho.getDefaultInstance()).getMessage())
        .isEqualTo("hi");
  }

  @Test
  void shouldRefuseMessagesOverTheCap() {
    RequestCheckTx large =
        RequestCheckTx.newBuilder().setTx(ByteString.copyFrom(new byte[1 << 20])).build();
    assertThatThrownBy(() -> call(V038, "CheckTx", large, ResponseCheckTx.getDefaultInstance()))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("RESOURCE_EXHAUSTED");
    assertThat(application.requests()).isEmpty();
  }

  @Test
  void shouldNameTheTakenPort() {
    assertThatThrownBy(() -> AbciServer.start(config(server.address()), application.application()))
        .isInstanceOf(AbciServerException.class)
        .hasMessageContaining(server.address())
        .hasMessageContaining("Address already in use");
  }
}
