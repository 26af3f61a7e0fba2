package dev.varve.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.varve.storage.record.ResultSlice;
import dev.varve.storage.record.TransactionSlice;
import dev.varve.storage.record.TxResult;
import org.junit.jupiter.api.Test;

class SliceElementTest {
  @Test
  void shouldParseEachElementAlone() throws InvalidProtocolBufferException {
    ResultSlice.Builder whole = ResultSlice.newBuilder();
    for (int i = 0; i < 64; i++) {
      whole.addResults(
          i % 7 == 0
              ? TxResult.getDefaultInstance()
              : TxResult.newBuilder().setCode(i).setLog("x".repeat(3 * i)).build());
    }
    ByteString bytes = whole.build().toByteString();

    for (int i = 0; i < 64; i++) {
      assertThat(new SliceElement<>(ResultSlice.parser(), i).parseFrom(bytes).getResultsList())
          .containsExactly(whole.getResults(i));
    }
  }

  @Test
  void shouldGiveNothingPastTheEnd() throws InvalidProtocolBufferException {
    TransactionSlice whole =
        TransactionSlice.newBuilder().addTxs(ByteString.copyFromUtf8("a=1")).build();
    SliceElement<TransactionSlice> second = new SliceElement<>(TransactionSlice.parser(), 1);

    assertThat(second.parseFrom(whole.toByteString()).getTxsList()).isEmpty();
    assertThat(second.parseFrom(ByteString.EMPTY).getTxsList()).isEmpty();
  }

  @Test
  void shouldRefuseBytesThatAreNoSlice() {
    ByteString cut =
        TransactionSlice.newBuilder()
            .addTxs(ByteString.copyFromUtf8("a=1"))
            .build()
            .toByteString()
            .substring(0, 3);

    assertThatThrownBy(() -> new SliceElement<>(TransactionSlice.parser(), 0).parseFrom(cut))
        .isInstanceOf(InvalidProtocolBufferException.class);
  }
}
