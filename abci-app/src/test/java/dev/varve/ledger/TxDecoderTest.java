package dev.varve.ledger;

import static dev.varve.ledger.Chain.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.varve.ledger.transaction.Delete;
import dev.varve.ledger.transaction.Envelope;
import dev.varve.ledger.transaction.Operation;
import dev.varve.ledger.transaction.Put;
import java.util.HexFormat;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TxDecoderTest {
  @Test
  void shouldSplitTextAtTheFirstSeparator() {
    assertThat(TxDecoder.decode(bytes("a=b=c"))).isEqualTo(new Tx.Text(bytes("a"), bytes("b=c")));
    assertThat(TxDecoder.decode(bytes("a="))).isEqualTo(new Tx.Text(bytes("a"), ByteString.EMPTY));
    assertThat(TxDecoder.decode(bytes("ключ=значение")))
        .isEqualTo(new Tx.Text(bytes("ключ"), bytes("значение")));
  }

  @Test
  void shouldBoundTheKey() {
    assertThat(TxDecoder.decode(bytes("k".repeat(1024) + "=v"))).isInstanceOf(Tx.Text.class);
    assertThat(reason(bytes("k".repeat(1025) + "=v")))
        .isEqualTo("the key has 1025 bytes, allowed are 1 to 1024");
    assertThat(reason(bytes("=v"))).isEqualTo("the key has 0 bytes, allowed are 1 to 1024");
  }

  @ParameterizedTest
  @CsvSource({
    "'', the transaction is empty",
    "6162, neither key=value nor an envelope (first byte 0x01)",
    "613dff, the text is not valid UTF-8",
    "6161616161616161613dc0af, the text is not valid UTF-8",
    "613deda080, the text is not valid UTF-8",
    "01, 'the envelope has no operation, allowed are 1 to 10000'",
    "010a, the envelope is not valid protobuf",
    "010c, the envelope is not valid protobuf",
    "0100, the envelope is not valid protobuf",
    "010a021200, 'the envelope has valid_until_height 0, it must be above 0'",
    "010a0010ffffffffffffffffff01, 'the envelope has valid_until_height -1, it must be above 0'",
    "010a001005, the envelope has a bad operation 0: neither a put nor a delete",
    "010a0212001005, 'the envelope has a bad operation 0: "
        + "the key has 0 bytes, allowed are 1 to 1024'",
  })
  void shouldSayWhatIsWrong(String hex, String wanted) {
    assertThat(reason(ofHex(hex))).isEqualTo(wanted);
  }

  /** Each line differs from {@code 01 0a05 0a03 0a016b 1005} (put "k" = "", valid until 5). */
  @ParameterizedTest
  @CsvSource({
    // Fields out of order.
    "0110050a050a030a016b, is not in canonical protobuf encoding",
    // A varint with a needless byte.
    "010a050a030a016b108500, is not in canonical protobuf encoding",
    // An empty value that is written out.
    "010a070a050a016b12001005, is not in canonical protobuf encoding",
    // A height twice.
    "010a050a030a016b10041005, is not in canonical protobuf encoding",
    // A put after a delete in one operation.
    "010a0a12030a01780a030a016b1005, is not in canonical protobuf encoding",
    // Fields that a later version may have.
    "010a050a030a016b100518011a0173, has unknown fields",
    "010a050a030a016b1005200a, has unknown fields",
    "010a070a030a016b18011005, has unknown fields in operation 0",
    "010a070a050a016b18011005, has a bad operation 0: unknown fields",
  })
  void shouldRefuseASecondEncodingOfTheSame(String hex, String wanted) {
    assertThat(TxDecoder.decode(ofHex("010a050a030a016b1005"))).isInstanceOf(Tx.Enveloped.class);
    assertThat(reason(ofHex(hex))).isEqualTo("the envelope " + wanted);
  }

  @Test
  void shouldBoundTheOperations() {
    Envelope.Builder most = Envelope.newBuilder().setValidUntilHeight(1);
    Operation operation =
        Operation.newBuilder().setDelete(Delete.newBuilder().setKey(bytes("k"))).build();
    for (int i = 0; i < Transactions.MAX_OPERATIONS; i++) {
      most.addOperations(operation);
    }
    assertThat(TxDecoder.decode(marked(most))).isInstanceOf(Tx.Enveloped.class);
    assertThat(reason(marked(most.addOperations(operation))))
        .isEqualTo("the envelope has too many operations, allowed are 1 to 10000");
  }

  @Test
  void shouldMakeOnlyWhatCanBeDecoded() {
    assertThatThrownBy(() -> Transactions.text("a=b", "c"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Transactions.text("", "c"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Transactions.text("\u0001", "c"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Transactions.text("a", "\ud800"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Transactions.envelope(1).build())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Transactions.envelope(0).delete(bytes("k")).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("valid_until_height 0");
  }

  @Property
  void shouldReadBackText(
      @ForAll @StringLength(min = 1, max = 300) String key, @ForAll String value) {
    ByteString keyBytes = bytes(key);
    boolean allowed =
        key.indexOf('=') < 0
            && key.charAt(0) != 1
            && keyBytes.size() <= 1024
            && keyBytes.toStringUtf8().equals(key)
            && bytes(value).toStringUtf8().equals(value);
    if (allowed) {
      assertThat(TxDecoder.decode(Transactions.text(key, value)))
          .isEqualTo(new Tx.Text(keyBytes, bytes(value)));
    } else {
      assertThatThrownBy(() -> Transactions.text(key, value))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Property
  void shouldReadBackEnvelopes(@ForAll("envelopes") Envelope envelope) {
    assertThat(TxDecoder.decode(marked(envelope.toBuilder())))
        .isEqualTo(new Tx.Enveloped(envelope));
  }

  @Property
  void shouldDecodeAnyBytesWithoutThrowing(@ForAll @Size(max = 400) byte[] tx) {
    assertOneReading(ByteString.copyFrom(tx));
  }

  @Property
  void shouldDecodeDamagedEnvelopesWithoutThrowing(
      @ForAll("envelopes") Envelope envelope, @ForAll int at, @ForAll byte with) {
    byte[] tx = marked(envelope.toBuilder()).toByteArray();
    tx[1 + Math.floorMod(at, tx.length - 1)] = with;
    assertOneReading(ByteString.copyFrom(tx));
  }

  /** What decodes, encodes to the same bytes: no content has two hashes. */
  private static void assertOneReading(ByteString tx) {
    Tx decoded = TxDecoder.decode(tx);
    if (decoded instanceof Tx.Enveloped enveloped) {
      assertThat(marked(enveloped.envelope().toBuilder())).isEqualTo(tx);
    } else if (decoded instanceof Tx.Text text) {
      assertThat(text.key().concat(bytes("=")).concat(text.value())).isEqualTo(tx);
      assertThat(text.key().isValidUtf8() && text.value().isValidUtf8()).isTrue();
    } else {
      assertThat(reason(tx)).isNotBlank();
    }
  }

  @Provide
  Arbitrary<Envelope> envelopes() {
    Arbitrary<ByteString> key = byteStrings(1, 40);
    Arbitrary<ByteString> value = byteStrings(0, 60);
    Arbitrary<Operation> put =
        key.flatMap(k -> value.map(v -> Tuple.of(k, v)))
            .map(t -> Put.newBuilder().setKey(t.get1()).setValue(t.get2()))
            .map(p -> Operation.newBuilder().setPut(p).build());
    Arbitrary<Operation> delete =
        key.map(k -> Operation.newBuilder().setDelete(Delete.newBuilder().setKey(k)).build());
    Arbitrary<Long> height = Arbitraries.longs().between(1, Long.MAX_VALUE);
    return Arbitraries.oneOf(put, delete)
        .list()
        .ofMinSize(1)
        .ofMaxSize(8)
        .flatMap(
            ops ->
                height.map(
                    h ->
                        Envelope.newBuilder()
                            .addAllOperations(ops)
                            .setValidUntilHeight(h)
                            .build()));
  }

  private static Arbitrary<ByteString> byteStrings(int min, int max) {
    return Arbitraries.bytes()
        .array(byte[].class)
        .ofMinSize(min)
        .ofMaxSize(max)
        .map(ByteString::copyFrom);
  }

  @Property
  void shouldJudgeWindowsWithoutOverflow(
      @ForAll @LongRange(min = 1) long validUntil, @ForAll @LongRange(min = 1) long height) {
    Code code = ReplayGuard.judge(validUntil, height);
    assertThat(code == Code.EXPIRED).isEqualTo(validUntil < height);
    assertThat(code == Code.OK).isEqualTo(validUntil >= height && validUntil - height <= 1_000);
  }

  private static ByteString marked(Envelope.Builder envelope) {
    return ByteString.copyFrom(new byte[] {1}).concat(envelope.build().toByteString());
  }

  private static ByteString ofHex(String hex) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hex));
  }

  private static String reason(ByteString tx) {
    assertThat(TxDecoder.decode(tx)).isInstanceOf(Tx.Undecodable.class);
    return ((Tx.Undecodable) TxDecoder.decode(tx)).reason();
  }
}
