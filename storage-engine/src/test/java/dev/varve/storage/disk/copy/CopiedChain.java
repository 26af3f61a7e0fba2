package dev.varve.storage.disk.copy;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.RecordType;
import dev.varve.storage.fixture.BatchBuilder;
import dev.varve.storage.fixture.SealMaker;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.StateRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** Blocks with keys that come again and go, and what two stores with them must agree on. */
public final class CopiedChain {
  private static final int KEYS = 80;

  private final Random random;
  private final List<BlockBatch> blocks = new ArrayList<>();
  private final Set<ByteString> hashes = new HashSet<>();

  public CopiedChain(Random random) {
    this.random = random;
  }

  public List<BlockBatch> all() {
    return blocks;
  }

  /** Makes so many blocks more, and gives them to a store one by one. */
  public void fill(DiskStore store, int count) {
    for (BlockBatch batch : next(count)) {
      store.apply(List.of(batch));
      if (random.nextInt(4) != 0) {
        store.seal(List.of(SealMaker.of(batch.block())));
      }
    }
  }

  /** Makes the next blocks. */
  public List<BlockBatch> next(int count) {
    List<BlockBatch> made = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      made.add(next());
    }
    return made;
  }

  private BlockBatch next() {
    long height = blocks.size() + 1L;
    BatchBuilder batch =
        BatchBuilder.at(height)
            .commitment(BatchBuilder.randomBytes(random.nextInt(64), random))
            .commitmentFloor(Math.max(0, height - 20));
    int txs = random.nextInt(5) == 0 ? random.nextInt(150) : random.nextInt(8);
    for (int i = 0; i < txs; i++) {
      ByteString tx =
          random.nextInt(5) == 0
              ? ByteString.copyFromUtf8("again-" + random.nextInt(20))
              : BatchBuilder.randomBytes(1 + random.nextInt(300), random);
      batch.tx(tx, random.nextInt(3) == 0 ? 1 : 0);
      hashes.add(BatchBuilder.sha256(tx));
      batch.write(key(random.nextInt(KEYS)), random.nextInt(3) == 0 ? null : tx);
    }
    if (height == 1) {
      batch.meta("ledger.chain_id", ByteString.copyFromUtf8("chain-1"));
    }
    if (random.nextInt(6) == 0) {
      batch.meta("name-" + random.nextInt(3), BatchBuilder.randomBytes(8, random));
    }
    blocks.add(batch.build());
    return blocks.get(blocks.size() - 1);
  }

  private static ByteString key(int number) {
    return ByteString.copyFromUtf8("skey-" + number);
  }

  /** Compares the answers to every question, but for what a batch checksum was made of. */
  public void requireSame(DiskStore one, DiskStore other) {
    assertThat(hashed(other.applied())).isEqualTo(hashed(one.applied()));
    assertThat(other.chainFloor()).isEqualTo(one.chainFloor());
    assertThat(other.historyFloor()).isEqualTo(one.historyFloor());
    assertThat(other.sealed()).isEqualTo(one.sealed());
    long last = one.applied().getHeight();
    for (long height = 0; height <= last + 1; height++) {
      Optional<BlockRecord> block = one.block(height);
      assertThat(other.block(height)).isEqualTo(block);
      assertThat(other.seal(height)).isEqualTo(one.seal(height));
      for (int slice = 0; slice < 4; slice++) {
        assertThat(other.transactions(height, slice)).isEqualTo(one.transactions(height, slice));
        assertThat(other.results(height, slice)).isEqualTo(one.results(height, slice));
        assertThat(other.logs(height, slice)).isEqualTo(one.logs(height, slice));
      }
    }
    for (ByteString hash : hashes) {
      assertThat(located(other, hash)).isEqualTo(located(one, hash));
    }
    assertThat(state(other)).isEqualTo(state(one));
    for (long height = one.historyFloor(); height <= last; height++) {
      for (int number = 0; number < KEYS; number++) {
        assertThat(other.stateAt(key(number), height))
            .as("key %d as of %d", number, height)
            .isEqualTo(one.stateAt(key(number), height));
      }
      other.verifyHistory(height);
    }
    other.verifyDeletions(
        damage -> {
          throw damage;
        });
    Map<Long, ByteString> commitments = new LinkedHashMap<>();
    one.scanCommitments(commitments::put);
    other.scanCommitments((height, delta) -> assertThat(commitments).containsEntry(height, delta));
    for (int i = 0; i < 3; i++) {
      assertThat(other.meta("name-" + i)).isEqualTo(one.meta("name-" + i));
    }
  }

  /** What leads below the floor may be gone or not. */
  private static Object located(DiskStore store, ByteString hash) {
    return store.locate(hash).filter(at -> at.getHeight() >= store.chainFloor());
  }

  private static Map<ByteString, StateRecord> state(DiskStore store) {
    Map<ByteString, StateRecord> state = new LinkedHashMap<>();
    store.scanState(
        ByteString.EMPTY,
        ByteString.copyFrom(new byte[] {(byte) 0xff, (byte) 0xff}),
        (key, value) -> {
          state.put(key, value);
          return true;
        });
    return state;
  }

  private static AppliedHeight hashed(AppliedHeight marker) {
    return marker.toBuilder().clearBatchCrc().build();
  }

  /** Compares all records that stores show. */
  public static void requireSameRecords(RecordStore one, RecordStore other) {
    for (Section section : Section.values()) {
      assertThat(records(other, section)).as(section.words()).isEqualTo(records(one, section));
    }
  }

  private static List<CopyRecord> records(RecordStore store, Section section) {
    List<CopyRecord> records = new ArrayList<>();
    store.scan(
        section,
        ByteString.EMPTY,
        unit -> {
          for (CopyRecord record : unit) {
            if (record.type() != RecordType.MARKER) {
              records.add(record);
            }
          }
        });
    return records;
  }
}
