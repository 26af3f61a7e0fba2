package dev.varve.abci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TextFormat;
import dev.varve.abci.types.PublicKey;
import dev.varve.abci.types.Request;
import dev.varve.abci.types.Response;
import dev.varve.abci.types.ResponseFinalizeBlock;
import dev.varve.abci.types.ValidatorUpdate;
import dev.varve.abci.v1.InitChainRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Both dialects against bytes that the nodes' own types wrote. */
class DialectTest {
  /** A line of a golden file. */
  record Golden(Dialect dialect, String kind, String text, ByteString bytes) {
    @Override
    public String toString() {
      return dialect + " " + kind + " " + text.substring(0, text.indexOf(':'));
    }
  }

  static Stream<Golden> goldenRequests() throws IOException {
    return golden().filter(line -> line.kind().equals("request"));
  }

  static Stream<Golden> goldenResponses() throws IOException {
    return golden().filter(line -> line.kind().equals("response"));
  }

  private static Stream<Golden> golden() throws IOException {
    return Stream.concat(
        read(Dialect.V0_38, "envelopes-0.38.golden").stream(),
        read(Dialect.V1_0, "envelopes-1.0.golden").stream());
  }

  private static List<Golden> read(Dialect dialect, String file) throws IOException {
    try (InputStream in = DialectTest.class.getResourceAsStream(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\\|", -1))
          .map(part -> new Golden(dialect, part[0], part[1], ByteString.fromHex(part[2])))
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("goldenRequests")
  void shouldReadWhatTheNodeWrites(Golden golden) throws IOException {
    Request expected = TextFormat.parse(golden.text(), Request.class);
    byte[] padded = new byte[golden.bytes().size() + 5];
    golden.bytes().copyTo(padded, 2);
    Request request = golden.dialect().parse(padded, 2, golden.bytes().size());
    assertThat(TextFormat.printer().printToString(request))
        .isEqualTo(TextFormat.printer().printToString(expected));
    assertThat(request.getUnknownFields().asMap()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("goldenResponses")
  void shouldWriteWhatTheNodeReads(Golden golden) throws IOException {
    Response response = TextFormat.parse(golden.text(), Response.class);
    ByteString written = golden.dialect().encode(response).toByteString();
    assertThat(hex(written)).isEqualTo(hex(golden.bytes()));
  }

  @Test
  void shouldHaveAGoldenLineForEveryEnvelope() throws IOException {
    Set<String> missing = new TreeSet<>();
    for (Dialect dialect : Dialect.values()) {
      Set<Request.ValueCase> requests = EnumSet.allOf(Request.ValueCase.class);
      Set<Response.ValueCase> responses = EnumSet.allOf(Response.ValueCase.class);
      requests.remove(Request.ValueCase.VALUE_NOT_SET);
      responses.remove(Response.ValueCase.VALUE_NOT_SET);
      if (dialect == Dialect.V1_0) {
        requests.removeAll(List.of(Request.ValueCase.INSERT_TX, Request.ValueCase.REAP_TXS));
        responses.removeAll(List.of(Response.ValueCase.INSERT_TX, Response.ValueCase.REAP_TXS));
      }
      requests.forEach(value -> missing.add(dialect + " request " + value));
      responses.forEach(value -> missing.add(dialect + " response " + value));
    }
    for (Golden line : golden().toList()) {
      String name = line.text().substring(0, line.text().indexOf(':'));
      missing.removeIf(
          item -> item.equalsIgnoreCase(line.dialect() + " " + line.kind() + " " + name));
    }
    assertThat(missing).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0.38.25, 2.0.0, V0_38",
    "0.40.0, 2.0.0, V0_38",
    "1.0.1, 2.1.0, V1_0",
    "0.38.0, '', V0_38",
    "1.0.0, '', V1_0",
    "2.0.0, 2.2.0, ",
    "0.34.24, 0.17.0, ",
    "'', '', ",
  })
  void shouldTellDialectsByInfo(String node, String abci, Dialect expected) {
    Request info = Requests.info(node, abci);
    assertThat(Dialect.of(info.getInfo()).orElse(null)).isEqualTo(expected);
  }

  @Test
  void shouldTakeTheSupersededVoteExtensionHeightWhenFeatureHasNone() throws Exception {
    InitChainRequest old =
        TextFormat.parse(
            "consensus_params { abci { vote_extensions_enable_height: 4 } feature {} }",
            InitChainRequest.class);
    assertThat(
            V1Translation.request(old)
                .getConsensusParams()
                .getAbci()
                .getVoteExtensionsEnableHeight())
        .isEqualTo(4);
  }

  @Test
  void shouldRefuseKeyTypesTheOtherSideDoesNotKnow() throws Exception {
    InitChainRequest strange =
        TextFormat.parse("validators { pub_key_type: \"sr25519\" }", InitChainRequest.class);
    assertThatThrownBy(() -> V1Translation.request(strange))
        .isInstanceOf(InvalidProtocolBufferException.class)
        .hasMessageContaining("\"sr25519\"")
        .hasMessageContaining("ed25519, secp256k1, bls12_381");
    Response quantum = update(PublicKey.newBuilder().setMldsa65(ByteString.EMPTY));
    assertThatThrownBy(() -> Dialect.V1_0.encode(quantum))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("MLDSA65");
    Response pairing = update(PublicKey.newBuilder().setBls12381(ByteString.EMPTY));
    assertThat(hex(Dialect.V1_0.encode(pairing).toByteString()))
        .contains(HexFormat.of().formatHex("bls12_381".getBytes(StandardCharsets.UTF_8)));
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  private static Response update(PublicKey.Builder key) {
    ValidatorUpdate update = ValidatorUpdate.newBuilder().setPubKey(key).build();
    return Response.newBuilder()
        .setFinalizeBlock(ResponseFinalizeBlock.newBuilder().addValidatorUpdates(update))
        .build();
  }
}
