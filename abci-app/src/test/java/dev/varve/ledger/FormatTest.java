package dev.varve.ledger;

import static dev.varve.ledger.Chain.bytes;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.varve.abci.types.ResponseFinalizeBlock;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.EngineStatus;
import dev.varve.storage.MemoryStore;
import dev.varve.storage.SyncStatus;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.BlockCommit;
import dev.varve.storage.record.BlockHeader;
import dev.varve.storage.record.BlockId;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.BlockSeal;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;

/** Every byte that leaves the ledger and that others may have stored or signed. */
class FormatTest {
  private static final ByteString BINARY_KEY = ByteString.fromHex("00ff80");

  private static final List<ByteString> TXS =
      List.of(
          Transactions.text("key", "value"),
          Transactions.text("a", ""),
          Transactions.envelope(7).put(bytes("k"), bytes("v")).build(),
          Transactions.envelope(1_000)
              .put(BINARY_KEY, ByteString.EMPTY)
              .delete(bytes("k"))
              .delete(BINARY_KEY)
              .build(),
          Transactions.envelope(1_000).delete(bytes("k".repeat(130))).build(),
          bytes("undecodable"),
          Transactions.envelope(4_000).delete(bytes("k")).build());

  private final InMemoryEngine engine = new InMemoryEngine();
  private final Chain chain = new Chain(engine).started();

  @Test
  void shouldKeepTheBytesOfTransactions() throws IOException {
    StringJoiner lines = new StringJoiner("\n", "", "\n");
    for (ByteString tx : TXS) {
      lines.add(Json.hex(tx) + " " + Json.hex(Transactions.hash(tx)));
    }
    Golden.assertSame("transactions.golden", lines.toString());
  }

  @Test
  void shouldKeepTheBytesOfResultsAndState() throws IOException {
    ResponseFinalizeBlock response = chain.block(TXS.toArray(ByteString[]::new));
    BlockBatch batch = engine.batches.get(1L);
    StringJoiner lines = new StringJoiner("\n", "", "\n");
    for (int i = 0; i < TXS.size(); i++) {
      lines.add("answer " + Json.hex(response.getTxResults(i).toByteString()));
      lines.add("result " + Json.hex(batch.results().get(i).toByteString()));
      lines.add("log " + Json.hex(batch.logs().get(i).toByteString()));
    }
    batch
        .stateWrites()
        .forEach(
            write ->
                lines.add(
                    "state "
                        + Json.hex(write.key())
                        + (write.isDelete() ? " deleted" : " = " + Json.hex(write.value()))));
    BlockRecord block = batch.block().toBuilder().clearAppHash().build();
    lines.add("block " + Json.hex(block.toByteString()));
    Golden.assertSame("results.golden", lines.toString());
  }

  @Test
  void shouldKeepTheShapeOfDocuments() throws IOException {
    chain.block(TXS.toArray(ByteString[]::new));
    StringJoiner lines = new StringJoiner("\n", "", "\n");
    for (ByteString tx : TXS) {
      String hash = Json.hex(Transactions.hash(tx));
      for (String path : List.of("/tx/", "/result/", "/logs/")) {
        lines.add(chain.query(path + hash).getValue().toStringUtf8());
      }
    }
    BatchDocuments documents = new BatchDocuments(engine.batches.get(1L));
    lines.add(documents.block());
    lines.add(documents.completeBlock());
    lines.add(documents.status());
    Golden.assertSame("documents.golden", lines.toString());
  }

  /** Documents that show an app hash, with a fixed one. */
  private record BatchDocuments(BlockBatch batch) {
    private static final ByteString APP_HASH = ByteString.fromHex("0aff");

    String block() {
      BlockRecord block = batch.block().toBuilder().setAppHash(APP_HASH).build();
      return Documents.block(block, batch.txHashes()).toStringUtf8();
    }

    /** With header and commit, one validator of which was absent. */
    String completeBlock() {
      Timestamp time = batch.block().getTime();
      BlockId id =
          BlockId.newBuilder()
              .setHash(ByteString.fromHex("b1"))
              .setPartsTotal(1)
              .setPartsHash(ByteString.fromHex("b2"))
              .build();
      BlockHeader header =
          BlockHeader.newBuilder()
              .setVersionBlock(11)
              .setVersionApp(1)
              .setChainId("chain")
              .setHeight(1)
              .setTime(time)
              .setLastCommitHash(ByteString.fromHex("01"))
              .setDataHash(ByteString.fromHex("02"))
              .setValidatorsHash(ByteString.fromHex("03"))
              .setNextValidatorsHash(ByteString.fromHex("04"))
              .setConsensusHash(ByteString.fromHex("05"))
              .setAppHash(ByteString.fromHex("06"))
              .setLastResultsHash(ByteString.fromHex("07"))
              .setEvidenceHash(ByteString.fromHex("08"))
              .setProposerAddress(ByteString.fromHex("09"))
              .build();
      BlockCommit.Builder commit = BlockCommit.newBuilder().setHeight(1).setRound(2).setBlockId(id);
      commit
          .addSignaturesBuilder()
          .setBlockIdFlag(2)
          .setAddress(ByteString.fromHex("0a"))
          .setTime(time)
          .setSignature(ByteString.fromHex("0b0c"));
      commit.addSignaturesBuilder().setBlockIdFlag(1);
      BlockRecord block =
          BlockRecord.newBuilder()
              .setHeight(1)
              .setHash(id.getHash())
              .setTime(time)
              .setComplete(true)
              .setSeal(BlockSeal.newBuilder().setHeader(header).setCommit(commit))
              .build();
      return Documents.block(block, List.of()).toStringUtf8();
    }

    String status() {
      AppliedHeight applied =
          AppliedHeight.newBuilder()
              .setHeight(7)
              .setBlockHash(batch.block().getHash())
              .setAppHash(APP_HASH)
              .setTime(Timestamp.newBuilder().setSeconds(1).setNanos(5))
              .build();
      MemoryStore.MemoryStats memory = new MemoryStore.MemoryStats(1, 2, 3, 4, 5, 6);
      EngineStatus status =
          new EngineStatus(7, 6, 3, "up", "warming", memory, 8, 9, 10, SyncStatus.none());
      return Documents.status(applied, status, Optional.of("chain"), "scheme/1").toStringUtf8();
    }
  }
}
