package dev.varve.storage.disk.copy;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.disk.ChainFloor;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.CopyState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Of another store's records those that a node with a cluster keeps on its own disk: no
 * transactions, results and logs, and of blocks those of the history only. For reading.
 */
public final class LedgerRecords implements RecordStore {
  private final RecordStore source;

  public LedgerRecords(RecordStore source) {
    this.source = source;
  }

  /** None: its blocks are not those of the source. */
  @Override
  public String kind() {
    return "ledger of " + source.kind();
  }

  @Override
  public String name() {
    return source.name();
  }

  @Override
  public AppliedHeight applied() {
    return source.applied();
  }

  @Override
  public void requireWhole() {
    source.requireWhole();
  }

  @Override
  public long chainFirst() {
    long first = source.historyFirst();
    return Math.max(source.chainFirst(), first < 0 ? applied().getHeight() : first);
  }

  @Override
  public long historyFirst() {
    return source.historyFirst();
  }

  @Override
  public void scan(Section section, ByteString from, Visitor visitor) {
    switch (section) {
      case CHAIN -> {
        ByteString first = ByteString.copyFrom(Keys.height(chainFirst()));
        boolean begins = from.isEmpty() || Keys.heightOf(from.toByteArray()) < chainFirst();
        source.scan(section, begins ? first : from, unit -> visitor.visit(withoutChain(unit)));
      }
      case INDEX -> {}
      case META -> meta(from, visitor);
      default -> source.scan(section, from, visitor);
    }
  }

  private static List<CopyRecord> withoutChain(List<CopyRecord> unit) {
    List<CopyRecord> kept = new ArrayList<>();
    for (CopyRecord record : unit) {
      if (record.type() == RecordType.BLOCK) {
        BlockRecord block = record.parse(BlockRecord.parser()).toBuilder().setTxCount(0).build();
        kept.add(new CopyRecord(record.type(), record.key(), block.toByteString()));
      } else if (record.type() == RecordType.MARKER) {
        kept.add(record);
      }
    }
    return kept;
  }

  /** With a floor of its own, in its place. */
  private void meta(ByteString from, Visitor visitor) {
    CopyRecord floor =
        new CopyRecord(
            RecordType.META,
            ByteString.copyFrom(ChainFloor.NAME, UTF_8),
            ByteString.copyFrom(Long.toString(chainFirst()), UTF_8));
    boolean[] shown = {compare(from, floor.key()) > 0};
    source.scan(
        Section.META,
        from,
        unit -> {
          int order = compare(unit.get(0).key(), floor.key());
          if (order >= 0 && !shown[0]) {
            shown[0] = true;
            visitor.visit(List.of(floor));
          }
          if (order != 0) {
            visitor.visit(unit);
          }
        });
    if (!shown[0]) {
      visitor.visit(List.of(floor));
    }
  }

  private static int compare(ByteString one, ByteString other) {
    return ByteString.unsignedLexicographicalComparator().compare(one, other);
  }

  @Override
  public Optional<ByteString> meta(String name) {
    return source.meta(name);
  }

  @Override
  public boolean isEmpty() {
    return source.isEmpty();
  }

  @Override
  public void put(Section section, List<CopyRecord> unit) {
    throw new UnsupportedOperationException("a view for reading");
  }

  @Override
  public void commit(Optional<CopyState> state) {
    throw new UnsupportedOperationException("a view for reading");
  }
}
