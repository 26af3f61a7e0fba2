package dev.varve.storage.disk.copy;

import dev.varve.storage.RecordType;
import dev.varve.storage.record.CopyState;
import dev.varve.storage.record.CopyTotal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** Counts records and sums their checksums, by type. Threads: one at a time. */
final class CopyTotals {
  private static final int TYPES = 16;

  private final long[] counts = new long[TYPES];
  private final long[] sums = new long[TYPES];
  private final CRC32C crc = new CRC32C();

  /** Goes on from what a state holds. */
  static CopyTotals of(CopyState state) {
    CopyTotals totals = new CopyTotals();
    for (CopyTotal total : state.getTotalsList()) {
      totals.counts[total.getType()] = total.getCount();
      totals.sums[total.getType()] = total.getSum();
    }
    return totals;
  }

  /** The checksum covers type code, length of the key, key and payload. */
  void add(CopyRecord record) {
    crc.reset();
    ByteBuffer head = ByteBuffer.allocate(1 + Integer.BYTES);
    head.put(record.type().code()).putInt(record.key().size()).flip();
    crc.update(head);
    record.key().asReadOnlyByteBufferList().forEach(crc::update);
    record.payload().asReadOnlyByteBufferList().forEach(crc::update);
    counts[record.type().code()]++;
    sums[record.type().code()] += crc.getValue();
  }

  long count(RecordType type) {
    return counts[type.code()];
  }

  /** Those that there are any of, by code. */
  List<CopyTotal> list() {
    List<CopyTotal> list = new ArrayList<>();
    for (int code = 0; code < TYPES; code++) {
      if (counts[code] != 0) {
        list.add(
            CopyTotal.newBuilder().setType(code).setCount(counts[code]).setSum(sums[code]).build());
      }
    }
    return list;
  }
}
