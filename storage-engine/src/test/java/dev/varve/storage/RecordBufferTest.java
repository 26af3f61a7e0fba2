package dev.varve.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.varve.storage.fixture.BatchBuilder;
import dev.varve.storage.record.LogSlice;
import dev.varve.storage.record.ResultSlice;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TransactionSlice;
import dev.varve.storage.record.TxLocation;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** The encoder writes by hand what protobuf would write: it must be the same. */
class RecordBufferTest {
  private static ByteString written(int size, Consumer<RecordBuffer> write) {
    RecordBuffer buffer = new RecordBuffer(1);
    write.accept(buffer);
    assertThat(buffer.position()).isEqualTo(size);
    return ByteString.copyFrom(buffer.copy(0, buffer.position()));
  }

  @Property
  void shouldWriteLocationsAsProtobufDoes(
      @ForAll long height, @ForAll @IntRange(min = 0) int index, @ForAll boolean success) {
    TxLocation location =
        TxLocation.newBuilder().setHeight(height).setIndex(index).setSuccess(success).build();
    assertThat(
            written(
                RecordBuffer.locationSize(height, index, success),
                buffer -> buffer.writeLocation(height, index, success)))
        .isEqualTo(location.toByteString());
  }

  @Property
  void shouldWriteStateAsProtobufDoes(
      @ForAll @LongRange(min = 0) long height, @ForAll byte[] bytes) {
    ByteString value = ByteString.copyFrom(bytes);
    StateRecord state = StateRecord.newBuilder().setHeight(height).setValue(value).build();
    assertThat(
            written(
                RecordBuffer.stateSize(height, value), buffer -> buffer.writeState(height, value)))
        .isEqualTo(state.toByteString());
  }

  @Test
  void shouldWriteSlicesAsProtobufDoes() throws InvalidProtocolBufferException {
    BlockBatch batch = BatchBuilder.random(1, 64, 300, new Random(5)).build();
    List<ByteString> txs = batch.txs();
    ByteString written =
        written(RecordBuffer.byteStringsSize(txs), buffer -> buffer.writeByteStrings(txs));
    assertThat(written)
        .isEqualTo(TransactionSlice.newBuilder().addAllTxs(txs).build().toByteString());
    assertThat(
            written(
                RecordBuffer.messagesSize(batch.results()),
                buffer -> buffer.writeMessages(batch.results())))
        .isEqualTo(ResultSlice.newBuilder().addAllResults(batch.results()).build().toByteString());
    assertThat(
            written(
                RecordBuffer.messagesSize(batch.logs()),
                buffer -> buffer.writeMessages(batch.logs())))
        .isEqualTo(LogSlice.newBuilder().addAllLogs(batch.logs()).build().toByteString());
  }
}
