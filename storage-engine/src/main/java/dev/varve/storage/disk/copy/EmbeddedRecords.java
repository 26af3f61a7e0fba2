package dev.varve.storage.disk.copy;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import dev.varve.storage.DiskStore;
import dev.varve.storage.Envelope;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.RecordReader;
import dev.varve.storage.disk.RecordReader.StoredEntry;
import dev.varve.storage.disk.RecordWriter;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.CopyState;
import dev.varve.storage.record.DeletionRecord;
import dev.varve.storage.record.HistoryRecord;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.UndoEntry;
import dev.varve.storage.record.UndoSlice;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The records of a store that keeps them as they are shown. */
public final class EmbeddedRecords implements RecordStore {
  private static final int PAGE_RECORDS = 2000;
  private static final long PAGE_BYTES = 4 << 20;
  private static final RecordType[] SLICES = {
    RecordType.TRANSACTION, RecordType.RESULT, RecordType.LOG
  };

  private final String kind;
  private final String name;
  private final DiskStore store;
  private final RecordReader records;
  private final LongSupplier historyFirst;
  private final Supplier<RecordWriter> writers;
  private RecordWriter writer;

  /**
   * The records of a store.
   *
   * @param historyFirst where history begins, -1 where there is none
   * @param writers makes what the store is written with; asked when it is
   */
  public EmbeddedRecords(
      String kind,
      Object folder,
      DiskStore store,
      RecordReader records,
      LongSupplier historyFirst,
      Supplier<RecordWriter> writers) {
    this.kind = kind;
    this.name = kind + " store " + folder;
    this.store = store;
    this.records = records;
    this.historyFirst = historyFirst;
    this.writers = writers;
  }

  @Override
  public String kind() {
    return kind;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public AppliedHeight applied() {
    return store.applied();
  }

  @Override
  public long chainFirst() {
    long lowest =
        records
            .first(RecordType.BLOCK, Keys.height(0))
            .map(entry -> Keys.heightOf(entry.key()))
            .orElse(0L);
    return Math.max(store.chainFloor(), lowest);
  }

  @Override
  public long historyFirst() {
    return historyFirst.getAsLong();
  }

  @Override
  public Optional<ByteString> meta(String metaName) {
    return store.meta(metaName);
  }

  @Override
  public boolean isEmpty() {
    if (store.applied().getHeight() != 0) {
      return false;
    }
    for (RecordType type : RecordType.values()) {
      if (records.first(type, new byte[0]).isPresent()) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void scan(Section section, ByteString from, Visitor visitor) {
    switch (section) {
      case CHAIN -> heights(from, chainFirst(), height -> visitor.visit(block(height)));
      case HISTORY -> {
        long first = historyFirst();
        if (first >= 0) {
          heights(from, first, height -> visitor.visit(history(height, first)));
        }
      }
      case INDEX -> {
        long floor = store.chainFloor();
        each(
            RecordType.INDEX,
            from,
            at -> at.parse(TxLocation.parser()).getHeight() >= floor,
            visitor);
      }
      case STATE -> each(RecordType.STATE, from, state -> true, visitor);
      case COMMITMENT -> each(RecordType.COMMITMENT, from, delta -> true, visitor);
      case DELETION -> {
        long first = historyFirst();
        each(
            RecordType.DELETION,
            from,
            at -> first >= 0 && at.parse(DeletionRecord.parser()).getHeight() > first,
            visitor);
      }
      case META ->
          each(
              RecordType.META,
              from,
              meta -> !meta.key().toStringUtf8().equals(StoreCopy.NAME),
              visitor);
    }
  }

  private interface HeightVisitor {
    void visit(long height);
  }

  private void heights(ByteString from, long first, HeightVisitor visitor) {
    long last = store.applied().getHeight();
    long next = from.isEmpty() ? first : Math.max(first, Keys.heightOf(from.toByteArray()));
    for (long height = next; height <= last && last > 0; height++) {
      visitor.visit(height);
    }
  }

  private List<CopyRecord> block(long height) {
    List<CopyRecord> unit = new ArrayList<>();
    CopyRecord block = require(RecordType.BLOCK, Keys.chain(height, RecordType.BLOCK, 0));
    unit.add(block);
    int count = block.parse(BlockRecord.parser()).getTxCount();
    for (RecordType type : SLICES) {
      for (int slice = 0; (long) slice * DiskStore.SLICE_LENGTH < count; slice++) {
        unit.add(require(type, Keys.chain(height, type, slice)));
      }
    }
    find(RecordType.SEAL, ByteString.copyFrom(Keys.height(height))).ifPresent(unit::add);
    unit.add(require(RecordType.MARKER, Keys.chain(height, RecordType.MARKER, 0)));
    return unit;
  }

  private CopyRecord require(RecordType type, byte[] key) {
    byte[] stored = records.values(type, List.of(key)).get(0);
    if (stored == null) {
      throw new StorageException.Corruption(
          type + " record " + HexFormat.of().formatHex(key) + " is missing in " + name, null);
    }
    return open(type, key, stored);
  }

  /** One record, verified. */
  public Optional<CopyRecord> find(RecordType type, ByteString key) {
    byte[] bytes = key.toByteArray();
    byte[] stored = records.values(type, List.of(bytes)).get(0);
    return stored == null ? Optional.empty() : Optional.of(open(type, bytes, stored));
  }

  /** The lowest height with a commitment. */
  public Optional<Long> firstCommitment() {
    return records
        .first(RecordType.COMMITMENT, Keys.height(0))
        .map(entry -> Keys.heightOf(entry.key()));
  }

  /** The unit of a height of the history. */
  public List<CopyRecord> history(long height) {
    return history(height, historyFirst());
  }

  private CopyRecord open(RecordType type, byte[] key, byte[] stored) {
    try {
      return new CopyRecord(type, ByteString.copyFrom(key), Envelope.open(type, key, stored));
    } catch (StorageException.Corruption e) {
      throw new StorageException.Corruption(e.getMessage() + ", in " + name, e);
    }
  }

  private List<CopyRecord> history(long height, long first) {
    CopyRecord history = require(RecordType.HISTORY, Keys.height(height));
    HistoryRecord record = history.parse(HistoryRecord.parser());
    List<UndoEntry> entries = new ArrayList<>();
    byte[] from = Keys.undo(height, new byte[1]);
    while (height > first) {
      Optional<StoredEntry> found = records.first(RecordType.UNDO, from);
      if (found.isEmpty() || Keys.heightOf(found.get().key()) != height) {
        break;
      }
      byte[] key = found.get().key();
      entries.addAll(
          open(RecordType.UNDO, key, found.get().value())
              .parse(UndoSlice.parser())
              .getEntriesList());
      from = Keys.after(key);
    }
    if (height > first && entries.size() != record.getKeys()) {
      throw new StorageException.Corruption(
          String.format(
              "block %d has %d undo entries, %d are there, in %s",
              height, record.getKeys(), entries.size(), name),
          null);
    }
    return HistoryUnit.of(height, record, entries, first);
  }

  /** By pages: a scan may hold the store's threads. */
  private void each(
      RecordType type, ByteString from, Predicate<CopyRecord> isShown, Visitor visitor) {
    byte[] next = from.toByteArray();
    while (next != null) {
      List<StoredEntry> page = page(type, next);
      for (StoredEntry entry : page) {
        CopyRecord record = open(type, entry.key(), entry.value());
        if (isShown.test(record)) {
          visitor.visit(List.of(record));
        }
      }
      next = page.isEmpty() ? null : Keys.after(page.get(page.size() - 1).key());
    }
  }

  private List<StoredEntry> page(RecordType type, byte[] from) {
    List<StoredEntry> page = new ArrayList<>();
    long[] bytes = {0};
    records.scan(
        type,
        from,
        entry -> {
          page.add(entry);
          bytes[0] += entry.value().length;
          return page.size() < PAGE_RECORDS && bytes[0] < PAGE_BYTES;
        });
    return page;
  }

  @Override
  public void put(Section section, List<CopyRecord> unit) {
    RecordWriter out = writer();
    for (CopyRecord record : unit) {
      out.put(record.type(), record.key().toByteArray(), record.payload());
    }
  }

  @Override
  public void commit(Optional<CopyState> state) {
    RecordWriter out = writer();
    byte[] key = StoreCopy.NAME.getBytes(UTF_8);
    if (state.isPresent()) {
      out.put(RecordType.META, key, state.get().toByteString());
    } else {
      out.delete(RecordType.META, key);
    }
    out.commit();
  }

  private RecordWriter writer() {
    if (writer == null) {
      writer = writers.get();
    }
    return writer;
  }
}
