package dev.varve.storage.disk.copy;

import com.google.protobuf.ByteString;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.CopyState;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Takes so many units, commits some of the time before that, and fails then. */
class BreakingStore implements RecordStore {
  private final RecordStore store;
  private final Random random;
  private int units;

  BreakingStore(RecordStore store, Random random, int units) {
    this.store = store;
    this.random = random;
    this.units = units;
  }

  @Override
  public void put(Section section, List<CopyRecord> unit) {
    if (units-- == 0) {
      throw new StorageException.DiskFull("made by the test", null);
    }
    store.put(section, unit);
  }

  @Override
  public void commit(Optional<CopyState> state) {
    if (units < 100_000 && random.nextInt(50) == 0) {
      throw new StorageException.DiskFull("made by the test", null);
    }
    store.commit(state);
  }

  @Override
  public String kind() {
    return store.kind();
  }

  @Override
  public String name() {
    return store.name();
  }

  @Override
  public AppliedHeight applied() {
    return store.applied();
  }

  @Override
  public long chainFirst() {
    return store.chainFirst();
  }

  @Override
  public long historyFirst() {
    return store.historyFirst();
  }

  @Override
  public void scan(Section section, ByteString from, Visitor visitor) {
    store.scan(section, from, visitor);
  }

  @Override
  public Optional<ByteString> meta(String name) {
    return store.meta(name);
  }

  @Override
  public boolean isEmpty() {
    return store.isEmpty();
  }
}
