package dev.varve.storage.disk;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.varve.storage.Envelope;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordBuffer;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.TransactionSlice;
import dev.varve.storage.record.TxLocation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ChainPrunerTest {
  private static final int BLOCKS = 40;
  private static final int RETAINED = 10;

  /** Records in a map, of which one commit fails. */
  private static final class Records implements RecordReader, RecordWriter {
    private final Map<RecordType, NavigableMap<byte[], byte[]>> all =
        new EnumMap<>(RecordType.class);
    private final List<Runnable> pending = new ArrayList<>();
    private int commits;
    private int failing;

    private NavigableMap<byte[], byte[]> of(RecordType type) {
      return all.computeIfAbsent(type, any -> new TreeMap<>(Arrays::compareUnsigned));
    }

    @Override
    public <M extends MessageLite> Optional<M> find(RecordType type, byte[] key, Parser<M> parser) {
      byte[] value = of(type).get(key);
      return value == null
          ? Optional.empty()
          : Optional.of(Envelope.open(type, key, value, parser));
    }

    @Override
    public List<byte[]> values(RecordType type, List<byte[]> keys) {
      List<byte[]> values = new ArrayList<>();
      keys.forEach(key -> values.add(of(type).get(key)));
      return values;
    }

    @Override
    public Optional<StoredEntry> first(RecordType type, byte[] from) {
      return Optional.ofNullable(of(type).ceilingEntry(from))
          .map(entry -> new StoredEntry(entry.getKey(), entry.getValue()));
    }

    @Override
    public void scan(RecordType type, byte[] from, EntryVisitor visitor) {
      for (Map.Entry<byte[], byte[]> entry : of(type).tailMap(from, true).entrySet()) {
        if (!visitor.visit(new StoredEntry(entry.getKey(), entry.getValue()))) {
          return;
        }
      }
    }

    @Override
    public void put(RecordType type, byte[] key, ByteString payload) {
      RecordBuffer buffer = new RecordBuffer(64);
      buffer.writeBytes(key);
      int valueAt = buffer.beginValue();
      buffer.writeBytes(payload);
      buffer.endValue(type, 0, key.length, valueAt);
      byte[] value = buffer.copy(valueAt, buffer.position());
      pending.add(() -> of(type).put(key, value));
    }

    @Override
    public void delete(RecordType type, byte[] key) {
      pending.add(() -> of(type).remove(key));
    }

    @Override
    public void discard() {
      pending.clear();
    }

    @Override
    public void commit() {
      List<Runnable> now = List.copyOf(pending);
      pending.clear();
      if (++commits == failing) {
        throw new StorageException.DiskFull("made by the test", null);
      }
      now.forEach(Runnable::run);
    }

    private long below(RecordType type, long floor) {
      return of(type).keySet().stream().filter(key -> Keys.heightOf(key) < floor).count();
    }
  }

  private static Records filled() {
    Records records = new Records();
    for (long height = 1; height <= BLOCKS; height++) {
      ByteString tx = ByteString.copyFromUtf8("tx" + height);
      records.put(
          RecordType.BLOCK,
          Keys.chain(height, RecordType.BLOCK, 0),
          BlockRecord.newBuilder().setHeight(height).setTxCount(1).build().toByteString());
      records.put(
          RecordType.TRANSACTION,
          Keys.chain(height, RecordType.TRANSACTION, 0),
          TransactionSlice.newBuilder().addTxs(tx).build().toByteString());
      records.put(
          RecordType.INDEX,
          Sha256.of(tx).toByteArray(),
          TxLocation.newBuilder().setHeight(height).setSuccess(true).build().toByteString());
    }
    records.commit();
    return records;
  }

  @Test
  void shouldLeaveNothingBehindWhicheverOfItsCommitsFails() {
    for (int failing = 2; prune(failing); failing++) {
      assertThat(failing).as("it comes to an end").isLessThan(1_000);
    }
  }

  /** Returns whether a commit failed. */
  private static boolean prune(int failing) {
    Records records = filled();
    records.failing = failing;
    StateHistory history = new StateHistory(records, 0);
    history.load(AppliedHeight.newBuilder().setHeight(BLOCKS).build());
    ChainFloor floor = new ChainFloor(records);
    floor.load();
    StorePruner pruner = new StorePruner(records, history, floor, RETAINED, records, new Object());
    boolean failed = false;
    boolean more = true;
    while (more) {
      try {
        more = pruner.step();
      } catch (StorageException.DiskFull e) {
        failed = true;
      }
    }
    long lowest = BLOCKS - RETAINED + 1;
    assertThat(floor.get()).isEqualTo(lowest);
    assertThat(records.below(RecordType.BLOCK, lowest)).as("commit %d", failing).isZero();
    assertThat(records.below(RecordType.TRANSACTION, lowest)).as("commit %d", failing).isZero();
    assertThat(records.of(RecordType.INDEX)).as("commit %d", failing).hasSize(RETAINED);
    return failed;
  }
}
