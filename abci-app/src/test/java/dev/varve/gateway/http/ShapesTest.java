package dev.varve.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.gateway.Source;
import dev.varve.storage.record.Attribute;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.Event;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers are, byte for byte, what CometBFT's Go types write. */
class ShapesTest {
  private static final List<ByteString> TXS =
      IntStream.range(0, 5).mapToObj(i -> ByteString.copyFromUtf8("k" + i + "=" + i)).toList();
  private static final List<ByteString> HASHES = TXS.stream().map(Sha256::hash).toList();
  private static final TxResult RESULT =
      TxResult.newBuilder().setGasWanted(1).setGasUsed(1).build();
  private static final TxLog LOG =
      TxLog.newBuilder()
          .addEvents(
              Event.newBuilder()
                  .setType("varve.write")
                  .addAttributes(
                      Attribute.newBuilder().setKey("key").setValue("k3").setIndex(true)))
          .build();

  private final Map<String, String> expected = new HashMap<>();

  @BeforeEach
  void readAnswers() throws Exception {
    try (var in = ShapesTest.class.getResourceAsStream("answers-0.38.25.txt")) {
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .forEach(line -> expected.put(line.split(" ", 2)[0], line.split(" ", 2)[1]));
    }
  }

  @Test
  void shouldProveTransactions() {
    assertThat(answer(json -> Shapes.transaction(json, proved(3, 5))))
        .isEqualTo(expected.get("tx_proved"));
    assertThat(answer(json -> Shapes.transaction(json, proved(4, 5))))
        .isEqualTo(expected.get("tx_last_proved"));
  }

  @Test
  void shouldProveTheOnlyTransaction() {
    FoundTx alone =
        new FoundTx(
            HASHES.get(0),
            8,
            0,
            TxResult.getDefaultInstance(),
            TxLog.getDefaultInstance(),
            TXS.get(0),
            Optional.of(MerkleProof.of(HASHES.subList(0, 1), 0)));

    assertThat(answer(json -> Shapes.transaction(json, alone)))
        .isEqualTo(expected.get("tx_alone_proved"));
  }

  @Test
  void shouldShowTransactionsWithoutProof() {
    FoundTx pending = FoundTx.pending(HASHES.get(0), TXS.get(0));

    assertThat(answer(json -> Shapes.transaction(json, pending)))
        .isEqualTo(expected.get("tx").replace("\"height\":\"8\"", "\"height\":\"0\""));
  }

  @Test
  void shouldShowBlockResults() {
    BlockRecord block =
        BlockRecord.newBuilder().setHeight(7).setAppHash(ByteString.copyFromUtf8("app7")).build();

    assertThat(answer(json -> Shapes.blockResults(json, block, List.of(RESULT), List.of(LOG))))
        .isEqualTo(expected.get("block_results"));
    assertThat(answer(json -> Shapes.blockResults(json, block, List.of(), List.of())))
        .isEqualTo(expected.get("block_results_empty"));
  }

  @Test
  void shouldShowBroadcastsAndQueries() {
    ResponseQuery response =
        ResponseQuery.newBuilder()
            .setKey(ByteString.copyFromUtf8("k"))
            .setValue(ByteString.copyFromUtf8("v"))
            .setHeight(5)
            .setInfo("pending")
            .build();

    assertThat(answer(json -> Shapes.broadcast(json, 0, "queued", "uplink", HASHES.get(0))))
        .isEqualTo(expected.get("broadcast"));
    assertThat(answer(json -> Shapes.query(json, response))).isEqualTo(expected.get("query"));
  }

  private static FoundTx proved(int index, int count) {
    return new FoundTx(
        HASHES.get(index),
        7,
        index,
        RESULT,
        LOG,
        TXS.get(index),
        Optional.of(MerkleProof.of(HASHES.subList(0, count), index)));
  }

  private static String answer(Json.Value value) {
    return new String(
        new RpcReply.Result(value, Source.COMMITTED, 7).toResponse("1"), StandardCharsets.UTF_8);
  }
}
