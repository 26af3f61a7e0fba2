package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.RecordBuffer;
import dev.varve.storage.RecordType;
import dev.varve.storage.StateWrite;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.TxLog;
import java.util.Map;
import java.util.TreeMap;

/** A batch with the checksums of its rows, and its marker. Immutable but for its arrays. */
final class BlockRows {
  private static final int HASH_BYTES = 32;

  private final BlockBatch batch;
  private final AppliedHeight marker;
  private final int[] txCrcs;
  private final int[] resultCrcs;
  private final int[] logCrcs;
  private final int[] stateCrcs;
  private final int blockCrc;
  private final int commitmentCrc;
  private final TreeMap<String, ByteString> meta;
  private final long rows;
  private final long bytes;

  BlockRows(BlockBatch batch, Checksums checksums) {
    this(batch, checksums, null);
  }

  /** Of a block that is not whole in its batch: with the marker that it has. */
  BlockRows(BlockBatch batch, Checksums checksums, AppliedHeight known) {
    this.batch = batch;
    this.meta = new TreeMap<>(batch.meta());
    long height = batch.height();
    int count = batch.txs().size();
    RecordBuffer all = new RecordBuffer(16 * (count + batch.stateWrites().size() + 4));
    txCrcs = new int[count];
    resultCrcs = new int[count];
    logCrcs = new int[count];
    long rowCount = 4L + meta.size();
    long byteCount = batch.commitment().size();
    for (int i = 0; i < count; i++) {
      requireHash(batch.txHashes().get(i));
      TxLog log = batch.logs().get(i);
      txCrcs[i] = checksums.transaction(height, i, batch.txs().get(i));
      resultCrcs[i] = checksums.ofTransaction(RecordType.RESULT, height, i, batch.results().get(i));
      logCrcs[i] = checksums.ofTransaction(RecordType.LOG, height, i, log);
      all.writeInt(txCrcs[i]);
      all.writeInt(resultCrcs[i]);
      all.writeInt(logCrcs[i]);
      rowCount += 3 + attributeRows(log);
      byteCount +=
          batch.txs().get(i).size()
              + batch.results().get(i).getSerializedSize()
              + log.getSerializedSize();
    }
    blockCrc = checksums.block(batch.block());
    commitmentCrc = checksums.commitment(height, batch.commitment());
    all.writeInt(blockCrc);
    all.writeInt(commitmentCrc);
    meta.forEach((name, value) -> all.writeInt(checksums.meta(name, value)));
    stateCrcs = new int[batch.stateWrites().size()];
    for (int i = 0; i < stateCrcs.length; i++) {
      StateWrite write = batch.stateWrites().get(i);
      byte[] key = write.key().toByteArray();
      stateCrcs[i] =
          write.isDelete()
              ? checksums.stateDeletion(key)
              : checksums.state(key, write.height(), write.value());
      all.writeInt(stateCrcs[i]);
      byteCount += key.length + (write.isDelete() ? 0 : write.value().size());
    }
    rows = rowCount + stateCrcs.length;
    bytes = byteCount;
    marker =
        known == null ? batch.marker().toBuilder().setBatchCrc(all.checksum(0)).build() : known;
  }

  private static long attributeRows(TxLog log) {
    long rows = log.getEventsCount();
    for (int i = 0; i < log.getEventsCount(); i++) {
      rows += log.getEvents(i).getAttributesCount();
    }
    return rows;
  }

  private static void requireHash(ByteString hash) {
    if (hash.size() != HASH_BYTES) {
      throw new IllegalArgumentException(
          "transaction hash of " + hash.size() + " bytes, allowed are " + HASH_BYTES);
    }
  }

  BlockBatch batch() {
    return batch;
  }

  long height() {
    return batch.height();
  }

  AppliedHeight marker() {
    return marker;
  }

  int txCrc(int index) {
    return txCrcs[index];
  }

  int resultCrc(int index) {
    return resultCrcs[index];
  }

  int logCrc(int index) {
    return logCrcs[index];
  }

  int stateCrc(int index) {
    return stateCrcs[index];
  }

  int blockCrc() {
    return blockCrc;
  }

  int commitmentCrc() {
    return commitmentCrc;
  }

  /** In the order of names. */
  Map<String, ByteString> meta() {
    return meta;
  }

  /** About how many rows it makes. */
  long rows() {
    return rows;
  }

  /** About how many bytes these have. */
  long bytes() {
    return bytes;
  }
}
