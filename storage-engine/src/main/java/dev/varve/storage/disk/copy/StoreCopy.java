package dev.varve.storage.disk.copy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.CopyState;
import dev.varve.storage.record.CopyTotal;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Copies all records of one store to another, and reads them back. Broken off at any moment, a
 * later one goes on.
 *
 * <p>Errors: {@link StorageException}; {@link StorageException.Incompatible} for a target that is
 * neither empty nor an unfinished copy of the same. Threads: one.
 */
public final class StoreCopy {
  /** The META record that tells how far a copy is. */
  public static final String NAME = "store.copy";

  private static final long COMMIT_BYTES = 1 << 20;
  private static final int COMMIT_RECORDS = 20_000;
  // Of a record, besides key and payload.
  private static final int RECORD_BYTES = 32;

  private final RecordStore source;
  private final RecordStore target;
  private final CopyState begin;
  private final Consumer<String> progress;
  private final int commitRecords;
  private CopyState state;
  private CopyTotals totals;
  private long pendingBytes;
  private int pendingRecords;
  private boolean resumed;

  /**
   * A copy that did not begin.
   *
   * @param chainId of the source
   * @param progress told what is copied now
   */
  public StoreCopy(
      RecordStore source, RecordStore target, String chainId, Consumer<String> progress) {
    this(source, target, chainId, progress, COMMIT_RECORDS);
  }

  /** {@code commitRecords}: so many are written at once, at most. */
  StoreCopy(
      RecordStore source,
      RecordStore target,
      String chainId,
      Consumer<String> progress,
      int commitRecords) {
    this.commitRecords = commitRecords;
    this.source = source;
    this.target = target;
    this.progress = progress;
    AppliedHeight last = source.applied();
    this.begin =
        CopyState.newBuilder()
            .setSource(source.name())
            .setChainId(chainId)
            .setHeight(last.getHeight())
            .setAppHash(last.getAppHash())
            .build();
  }

  /** The copy that a store holds and that is not finished. */
  public static Optional<CopyState> unfinished(RecordStore store) {
    return unfinished(store.meta(NAME));
  }

  /** The same of the value under {@link #NAME}. */
  public static Optional<CopyState> unfinished(Optional<ByteString> mark) {
    try {
      return mark.isEmpty() ? Optional.empty() : Optional.of(CopyState.parseFrom(mark.get()));
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException.Corruption(
          "the record " + NAME + " does not parse: " + e.getMessage(), e);
    }
  }

  /** In words, what an unfinished copy is one of. */
  public static String describe(CopyState copy) {
    return String.format(
        "an unfinished copy of chain %s at height %d from %s",
        copy.getChainId(), copy.getHeight(), copy.getSource());
  }

  /**
   * Requires that the target can take this copy.
   *
   * @throws StorageException.Incompatible when it holds something else; nothing was changed
   */
  public void requireTarget() {
    Optional<CopyState> held = unfinished(target);
    if (held.isPresent()) {
      CopyState copy = held.get();
      if (!copy.getChainId().equals(begin.getChainId())
          || copy.getHeight() != begin.getHeight()
          || !copy.getAppHash().equals(begin.getAppHash())) {
        throw new StorageException.Incompatible(
            String.format(
                "%s holds %s; the source is chain %s at height %d: empty the target to begin anew",
                target.name(), describe(copy), begin.getChainId(), begin.getHeight()));
      }
      resumed = true;
      state = copy;
    } else if (!target.isEmpty()) {
      throw new StorageException.Incompatible(
          String.format(
              "%s is not empty, it holds blocks up to %d: copy into an empty store only",
              target.name(), target.applied().getHeight()));
    } else {
      state = begin;
    }
  }

  /** Whether the target held a part of it already. */
  public boolean isResumed() {
    return resumed;
  }

  /**
   * Copies what the target lacks, and reads all of it back.
   *
   * @return how many records of each type there are, with the sum of their checksums
   * @throws StorageException.Corruption when a record of the source is damaged, or when what was
   *     read back differs
   */
  public List<CopyTotal> run() {
    source.requireWhole();
    requireTarget();
    totals = CopyTotals.of(state);
    if (!state.getVerified()) {
      for (Section section : Section.values()) {
        if (section.place() >= state.getSection()) {
          copy(section);
        }
      }
      verify();
    }
    return state.getTotalsList();
  }

  /** Takes the mark of the unfinished copy away: the last step. */
  public void finish() {
    target.commit(Optional.empty());
  }

  private void copy(Section section) {
    ByteString from = section.place() == state.getSection() ? state.getFrom() : ByteString.EMPTY;
    source.scan(
        section,
        from,
        unit -> {
          for (CopyRecord record : unit) {
            pendingBytes += record.key().size() + record.payload().size() + RECORD_BYTES;
          }
          List<CopyRecord> records = unit.stream().map(this::forTarget).toList();
          records.forEach(totals::add);
          pendingRecords += records.size();
          target.put(section, records);
          if (pendingBytes >= COMMIT_BYTES || pendingRecords >= commitRecords) {
            commit(section.place(), after(section, unit.get(0).key()));
          }
          tell("copying", section, unit.get(0), totals);
        });
    commit(section.place() + 1, ByteString.EMPTY);
  }

  private static ByteString after(Section section, ByteString key) {
    byte[] bytes = key.toByteArray();
    byte[] next = section.isByHeight() ? Keys.height(Keys.heightOf(bytes) + 1) : Keys.after(bytes);
    return ByteString.copyFrom(next);
  }

  private void commit(int section, ByteString from) {
    state =
        state.toBuilder()
            .setSection(section)
            .setFrom(from)
            .clearTotals()
            .addAllTotals(totals.list())
            .build();
    target.commit(Optional.of(state));
    pendingBytes = 0;
    pendingRecords = 0;
  }

  /** What a batch checksum is made of differs between kinds. */
  private CopyRecord forTarget(CopyRecord record) {
    if (record.type() != RecordType.MARKER || source.kind().equals(target.kind())) {
      return record;
    }
    AppliedHeight marker = record.parse(AppliedHeight.parser());
    return new CopyRecord(
        record.type(), record.key(), marker.toBuilder().clearBatchCrc().build().toByteString());
  }

  private void tell(String what, Section section, CopyRecord record, CopyTotals done) {
    String words =
        section.isByHeight()
            ? String.format(
                "%s %s: %d of %d", what, section.words(), record.height(), begin.getHeight())
            : String.format("%s %s: %d", what, section.words(), done.count(record.type()));
    progress.accept(words);
  }

  private void verify() {
    source.requireWhole();
    AppliedHeight now = source.applied();
    if (now.getHeight() != begin.getHeight() || !now.getAppHash().equals(begin.getAppHash())) {
      throw new StorageException.Incompatible(
          String.format(
              "%s went on from block %d to block %d while it was copied: stop its node",
              source.name(), begin.getHeight(), now.getHeight()));
    }
    CopyTotals found = new CopyTotals();
    for (Section section : Section.values()) {
      target.scan(
          section,
          ByteString.EMPTY,
          unit -> {
            unit.forEach(found::add);
            tell("reading back", section, unit.get(0), found);
          });
    }
    if (!found.list().equals(state.getTotalsList())) {
      throw new StorageException.Corruption(
          String.format(
              "%s does not hold what was copied: %s, due is %s",
              target.name(), words(found.list()), words(state.getTotalsList())),
          null);
    }
    state = state.toBuilder().setVerified(true).build();
    target.commit(Optional.of(state));
  }

  /** For people: count and sum of each type. */
  private static String words(List<CopyTotal> totals) {
    StringBuilder text = new StringBuilder();
    for (CopyTotal total : totals) {
      text.append(text.isEmpty() ? "" : ", ")
          .append(type(total))
          .append(' ')
          .append(total.getCount())
          .append(String.format(" (%016x)", total.getSum()));
    }
    return text.toString();
  }

  /** Of which type a total is. */
  public static RecordType type(CopyTotal total) {
    for (RecordType type : RecordType.values()) {
      if (type.code() == total.getType()) {
        return type;
      }
    }
    throw new IllegalArgumentException("no record type has code " + total.getType());
  }
}
