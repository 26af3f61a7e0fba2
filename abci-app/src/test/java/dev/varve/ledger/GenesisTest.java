package dev.varve.ledger;

import static dev.varve.ledger.Chain.bytes;
import static dev.varve.ledger.Transactions.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.varve.ledger.commitment.StateCommitment;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StateWrite;
import java.util.HashMap;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GenesisTest {
  private static final String STATE =
      "{\"state\":[{\"key\":\"b\",\"value\":\"1\"},{\"key_hex\":\"00FF\",\"value_hex\":\"\"}]}";

  private final InMemoryEngine engine = new InMemoryEngine();
  private final Chain chain = new Chain(engine);

  private static Map<ByteString, ByteString> parse(String json) {
    Map<ByteString, ByteString> state = new HashMap<>();
    GenesisParser.parse(bytes(json), state);
    return state;
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  \n", "{}", "{\"state\":[]}"})
  void shouldAllowAnEmptyState(String json) {
    assertThat(parse(json)).isEmpty();
  }

  @Test
  void shouldReadTextAndHex() {
    String scheme =
        "{\"app_hash\":\"%s\",\"version\":%d}"
            .formatted(StateCommitment.SCHEME, StateCommitment.VERSION);

    assertThat(parse("{\"varve\":" + scheme + "," + STATE.substring(1)))
        .isEqualTo(Map.of(bytes("b"), bytes("1"), ByteString.fromHex("00ff"), ByteString.EMPTY));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[] | has START_ARRAY at app_state, wanted is START_OBJECT",
        "{} {} | goes on after its end",
        "{ | is not valid JSON",
        "{\"stat\":[]} | has the unknown field \"stat\" in app_state",
        "{\"varve\":{}} | names the app_hash null",
        "{\"varve\":{\"app_hash\":\"md5\",\"version\":1}} | names the app_hash md5, known is",
        "{\"varve\":{\"app_hash\":1}} | has VALUE_NUMBER_INT at app_hash",
        "{\"varve\":{\"hash\":\"md5\"}} | has the unknown field \"hash\" in varve",
        "{\"state\":{}} | has START_OBJECT at state, wanted is START_ARRAY",
        "{\"state\":[1]} | has VALUE_NUMBER_INT at state[0]",
        "{\"state\":[{\"key\":\"a\"}]} | has no value in state[0]",
        "{\"state\":[{\"value\":\"a\"}]} | has no key in state[0]",
        "{\"state\":[{\"key\":\"\",\"value\":\"\"}]} | has a bad key in state[0]: ",
        "{\"state\":[{\"key_hex\":\"0g\",\"value\":\"\"}]} | has a bad key_hex \"0g\"",
        "{\"state\":[{\"key_hex\":\"0\",\"value\":\"\"}]} | has a bad key_hex \"0\"",
        "{\"state\":[{\"key\":\"a\",\"key_hex\":\"61\",\"value\":\"\"}]} | both as text and as hex",
        "{\"state\":[{\"key\":\"a\",\"key\":\"b\",\"value\":\"\"}]} | Duplicate field 'key'",
        "{\"state\":[{\"key\":\"a\",\"value\":\"\\ud800\"}]} | has an unpaired surrogate in value",
        "{\"state\":[{\"key\":\"a\",\"value\":\"\"},{\"key_hex\":\"61\",\"value\":\"\"}]}"
            + " | has the key \"a\" twice",
      })
  void shouldNameWhatIsWrong(String json, String wanted) {
    assertThatThrownBy(() -> chain.initChain(json, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the genesis app_state ")
        .hasMessageContaining(wanted);
  }

  @Test
  void shouldRefuseAnotherVersionOfTheScheme() {
    String json =
        "{\"varve\":{\"app_hash\":\"%s\",\"version\":999}}".formatted(StateCommitment.SCHEME);

    assertThatThrownBy(() -> parse(json)).hasMessageContaining("names version 999 of the app_hash");
  }

  @Test
  void shouldCarryTheStateInTheFirstBlock() {
    ByteString appHash = chain.initChain(STATE, 5).getAppHash();
    assertThat(chain.query("", "b", 0).getCode()).isEqualTo(2);
    assertThat(chain.query("", "b", 4).getCode()).isEqualTo(1);

    assertThat(chain.finalizeBlock(5).getAppHash()).isEqualTo(appHash);
    chain.commit();
    BlockBatch batch = engine.batches.get(5L);
    assertThat(batch.stateWrites()).extracting(StateWrite::height).containsExactly(4L, 4L);
    assertThat(batch.stateWrites())
        .extracting(StateWrite::key)
        .containsExactly(ByteString.fromHex("0000ff"), ByteString.fromHex("0062"));
    assertThat(batch.meta())
        .containsEntry("ledger.chain_id", bytes(Chain.ID))
        .containsEntry("ledger.initial_height", bytes("5"))
        .containsEntry("ledger.app_hash_scheme", bytes(StateCommitment.SCHEME))
        .containsEntry("ledger.app_hash_version", bytes(Integer.toString(StateCommitment.VERSION)));
    assertThat(chain.query("", "b", 5).getCode()).isZero();
    assertThat(chain.query("", "b", 4).getCode()).as("before the first block").isEqualTo(3);
    assertThat(chain.query("", "b", 3).getCode()).isEqualTo(3);
    assertThat(chain.block().getAppHash()).isEqualTo(appHash);
    assertThat(engine.batches.get(6L).meta()).isEmpty();
  }

  @Test
  void shouldLetTheFirstBlockOverwriteIt() {
    chain.initChain(STATE, 1);
    chain.block(text("b", "2"), text("c", "3"));

    assertThat(chain.value("b")).isEqualTo("2");
    assertThat(engine.batches.get(1L).stateWrites())
        .extracting(StateWrite::height)
        .containsExactly(0L, 1L, 1L);
    chain.restart();
    assertThat(chain.appHash()).isNotEmpty();
  }

  @Test
  void shouldBeginAgainUntilTheFirstCommit() {
    ByteString appHash = chain.initChain(STATE, 1).getAppHash();
    chain.finalizeBlock(1, text("x", "1"));
    chain.restart();

    assertThat(chain.initChain(STATE, 1).getAppHash()).isEqualTo(appHash);
    chain.finalizeBlock(1, text("x", "1"));
    assertThat(chain.initChain("", 1).getAppHash()).isNotEqualTo(appHash);
    Chain other = new Chain(new InMemoryEngine()).started();
    assertThat(chain.block(text("y", "2"))).isEqualTo(other.block(text("y", "2")));
    assertThat(chain.query("", "b", 0).getCode()).isEqualTo(2);
  }

  @Test
  void shouldNotDependOnTheOrderOfTheFile() {
    String other =
        "{\"state\":[{\"key_hex\":\"00FF\",\"value_hex\":\"\"},{\"value\":\"1\",\"key\":\"b\"}]}";

    assertThat(chain.initChain(other, 1).getAppHash())
        .isEqualTo(chain.initChain(STATE, 1).getAppHash());
  }

  @Property
  void shouldThrowNothingButItsRejection(@ForAll("almostJson") String json) {
    try {
      parse(json).keySet().forEach(key -> assertThat(key.size()).isBetween(1, 1024));
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageStartingWith("the genesis app_state ");
    }
  }

  @Provide
  Arbitrary<String> almostJson() {
    Arbitrary<String> pieces =
        Arbitraries.of(
                "{",
                "}",
                "[",
                "]",
                ":",
                ",",
                "\"varve\"",
                "\"state\"",
                "\"key\"",
                "\"value\"",
                "\"key_hex\"",
                "\"value_hex\"",
                "\"app_hash\"",
                "\"version\"",
                "\"00ff\"",
                "\"a\"",
                "1",
                "1e999",
                "-1",
                "99999999999999999999",
                "null",
                "true",
                "\"\\ud800\"",
                " ")
            .list()
            .ofMaxSize(30)
            .map(list -> String.join("", list));
    Arbitrary<String> damaged =
        Arbitraries.integers()
            .between(0, STATE.length() - 1)
            .flatMap(
                at ->
                    Arbitraries.chars()
                        .map(c -> STATE.substring(0, at) + c + STATE.substring(at + 1)));
    return Arbitraries.oneOf(pieces, damaged, Arbitraries.strings());
  }
}
