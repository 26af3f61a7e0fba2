package dev.varve.ledger;

import static dev.varve.ledger.Chain.bytes;
import static dev.varve.ledger.Transactions.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.storage.StorageException;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryTest {
  private final InMemoryEngine engine = new InMemoryEngine();
  private final Chain chain = new Chain(engine).started();

  @Test
  void shouldAnswerWithTheHeightThatWasRead() {
    chain.block(text("a", "1"));
    chain.block(text("b", "1"));
    ResponseQuery latest = chain.query("/store", "a", 0);

    assertThat(latest.getCode()).isZero();
    assertThat(latest.getHeight()).isEqualTo(2);
    assertThat(latest.getKey()).isEqualTo(bytes("a"));
    assertThat(latest.getValue()).isEqualTo(bytes("1"));
    assertThat(chain.query("", "a", 1).getHeight()).isEqualTo(1);
    assertThat(chain.query("store", "a", 1).getValue()).isEqualTo(bytes("1"));
  }

  @Test
  void shouldTellHeightsItCannotAnswer() {
    chain.block(text("a", "1"));
    chain.block(text("a", "2"));
    chain.block();
    engine.historyFloor = 2;

    ResponseQuery pruned = chain.query("", "a", 1);
    assertThat(pruned.getCode()).isEqualTo(3);
    assertThat(pruned.getCodespace()).isEqualTo("varve");
    assertThat(pruned.getLog()).isEqualTo("state as of height 1 is not kept, allowed are 2 to 3");
    assertThat(chain.query("", "none", 1).getCode()).isEqualTo(3);
    assertThat(chain.query("", "a", 4).getCode()).isEqualTo(1);
    assertThat(chain.query("", "a", 4).getLog()).isEqualTo("height 4 is above the latest, 3");
    assertThat(chain.query("", "a", -1).getCode()).isEqualTo(1);
    assertThat(chain.query("", "a", -1).getLog())
        .isEqualTo("height -1 is negative, 0 asks for the latest");
  }

  @Test
  void shouldTellTheLowestHeightKept() {
    chain.block(text("a", "1"));
    chain.block(text("a", "2"));
    chain.block(text("a", "3"));
    engine.chainFloor = 3;
    String dropped = Json.hex(new Sha256().hash(text("a", "1")));
    String kept = Json.hex(new Sha256().hash(text("a", "3")));
    for (String path :
        List.of("/block/1", "/tx/" + dropped, "/result/" + dropped, "/logs/" + dropped)) {
      ResponseQuery answer = chain.query(path, "", 0);
      assertThat(answer.getCode()).as(path).isEqualTo(3);
      assertThat(answer.getLog())
          .isEqualTo("block 1 is not kept any more, the lowest height kept is 3");
    }
    assertThat(chain.query("/block/3", "", 0).getCode()).isZero();
    assertThat(chain.query("/tx/" + kept, "", 0).getCode()).isZero();
    ResponseQuery unknown = chain.query("/tx/" + "0".repeat(64), "", 0);
    assertThat(unknown.getCode()).isEqualTo(2);
    assertThat(unknown.getLog()).endsWith("; the lowest height kept is 3");
    assertThat(chain.query("", "a", 0).getValue()).isEqualTo(bytes("3"));
  }

  @Test
  void shouldAnswerAsOfAHeight() {
    chain.block(text("a", "1"));
    chain.block(text("a", "2"));
    chain.block(Transactions.envelope(9).delete(bytes("a")).build());
    chain.block(text("a", "4"));

    for (long height : new long[] {1, 2, 4}) {
      ResponseQuery then = chain.query("/store", "a", height);
      assertThat(then.getCode()).isZero();
      assertThat(then.getValue()).isEqualTo(bytes(Long.toString(height)));
      assertThat(then.getHeight()).isEqualTo(height);
    }
    ResponseQuery deleted = chain.query("", "a", 3);
    assertThat(deleted.getCode()).isEqualTo(2);
    assertThat(deleted.getLog()).isEqualTo("the key did not exist at height 3");
    assertThat(chain.query("", "none", 3).getCode()).isEqualTo(2);
  }

  @Test
  void shouldTellTheStoreWhichKeysAreNew() {
    chain.block(text("a", "1"), text("b", "1"));
    chain.block(text("a", "2"), text("c", "1"));
    chain.block(Transactions.envelope(9).delete(bytes("a")).delete(bytes("none")).build());
    chain.block(text("a", "4"));

    assertThat(freshKeys(1)).containsExactly(bytes("a"), bytes("b"));
    assertThat(freshKeys(2)).containsExactly(bytes("c"));
    assertThat(freshKeys(3)).containsExactly(bytes("none"));
    assertThat(freshKeys(4)).containsExactly(bytes("a"));
  }

  /** Of users' keys. */
  private List<ByteString> freshKeys(long height) {
    return engine.batches.get(height).stateWrites().stream()
        .filter(write -> write.fresh() && write.key().byteAt(0) == StateKeys.USER)
        .map(write -> write.key().substring(1))
        .toList();
  }

  @Test
  void shouldKeepInnerKeysFromUsers() {
    ByteString tx = Transactions.envelope(9).delete(bytes("a")).build();
    chain.block(tx);
    ByteString inner = StateKeys.accepted(9, Transactions.hash(tx));
    assertThat(engine.state).containsKey(inner);

    for (ByteString key : new ByteString[] {inner, inner.substring(1)}) {
      RequestQuery query = RequestQuery.newBuilder().setData(key).build();
      assertThat(chain.ledger.query(query).getCode()).isEqualTo(2);
    }
  }

  @Test
  void shouldRefuseProofs() {
    RequestQuery query = RequestQuery.newBuilder().setData(bytes("a")).setProve(true).build();

    assertThat(chain.ledger.query(query).getCode()).isEqualTo(1);
    assertThat(chain.ledger.query(query).getLog()).contains("proofs are not offered yet");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/nothing | 1 | unknown path \"/nothing\", known are",
        "/tx | 1 | bad hash \"\", allowed are 64 hex digits",
        "/tx/0x12 | 1 | bad hash \"0x12\"",
        "/block | 1 | bad height \"\"",
        "/block/0 | 1 | bad height \"0\"",
        "/block/-1 | 1 | bad height \"-1\"",
        "/block/x | 1 | bad height \"x\"",
        "/block/+1 | 1 | bad height \"+1\"",
        "/block/99999999999999999999 | 1 | bad height",
        "/block/2 | 2 | no block 2, the latest is 1",
        "/store | 1 | the key has 0 bytes",
      })
  void shouldSayWhatIsWrong(String path, int code, String log) {
    chain.block();
    ResponseQuery response = chain.query(path);

    assertThat(response.getCode()).isEqualTo(code);
    assertThat(response.getLog()).contains(log);
    assertThat(response.getCodespace()).isEqualTo("varve");
  }

  @Test
  void shouldFindTransactionsByHashInAnyCase() {
    chain.block(text("a", "1"), text("b", "2"));
    String hash = Json.hex(Transactions.hash(text("b", "2")));
    ResponseQuery response = chain.query("/tx/" + hash);

    assertThat(response.getCode()).isZero();
    assertThat(response.getHeight()).isEqualTo(1);
    assertThat(response.getIndex()).isEqualTo(1);
    assertThat(chain.query("/tx/0x" + hash.toLowerCase(Locale.ROOT)).getValue())
        .isEqualTo(response.getValue());
    assertThat(chain.query("/logs/" + "00".repeat(32)).getCode()).isEqualTo(2);
  }

  @Test
  void shouldBoundWhatABlockLists() {
    ByteString[] txs = new ByteString[QueryHandler.MAX_LISTED_TXS + 1];
    java.util.Arrays.setAll(txs, i -> text("k", Integer.toString(i)));
    chain.block(txs);
    String body = chain.query("/block/1").getValue().toStringUtf8();

    assertThat(body).contains("\"tx_count\":10001");
    assertThat(body).contains(Json.hex(Transactions.hash(txs[9_999])));
    assertThat(body).doesNotContain(Json.hex(Transactions.hash(txs[10_000])));
  }

  @Test
  void shouldLetEveryPeerConnect() {
    assertThat(chain.query("/p2p/filter/addr/127.0.0.1:26656").getCode()).isZero();
    assertThat(chain.query("p2p/filter/id/abcdef").getCode()).isZero();
  }

  @Test
  void shouldTellFailuresOfTheStoreApart() {
    chain.block(text("a", "1"));
    engine.failure = new StorageException.Unavailable("the database does not answer", null);
    assertThat(chain.query("", "a", 0).getCode()).isEqualTo(4);
    assertThat(chain.query("/block/1").getLog()).contains("the database does not answer");
    engine.failure = new StorageException.Corruption("key 61: checksum", null);
    assertThat(chain.query("", "a", 0).getCode()).isEqualTo(5);
    assertThat(chain.query("/block/1").getLog()).contains("key 61: checksum");
  }

  @Test
  void shouldAnswerStatusBeforeAndAfterTheFirstBlock() {
    assertThat(chain.query("/status").getValue().toStringUtf8()).contains("\"height\":\"0\"");
    chain.block();
    assertThat(chain.query("/status").getValue().toStringUtf8())
        .contains("\"chain_id\":\"test-chain\"", "\"height\":\"1\"");
  }

  @Property(tries = 200)
  void shouldNeverThrow(@ForAll String path, @ForAll byte[] data, @ForAll long height) {
    Ledger ledger = new Chain(new InMemoryEngine()).started().ledger;
    RequestQuery query =
        RequestQuery.newBuilder()
            .setPath(path)
            .setData(ByteString.copyFrom(data))
            .setHeight(height)
            .build();

    assertThat(ledger.query(query).getCode()).isBetween(0, 5);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 1970-01-01T00:00:00Z",
    "1700000000, 120000000, 2023-11-14T22:13:20.12Z",
    "1700000000, 1, 2023-11-14T22:13:20.000000001Z",
    "-62135596800, 0, 0001-01-01T00:00:00Z",
  })
  void shouldWriteTimesAsTheNodeDoes(long seconds, int nanos, String wanted) {
    assertThat(Json.time(Timestamp.newBuilder().setSeconds(seconds).setNanos(nanos).build()))
        .isEqualTo(wanted);
  }
}
