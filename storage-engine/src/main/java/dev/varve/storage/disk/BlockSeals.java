package dev.varve.storage.disk;

import com.google.protobuf.ByteString;
import dev.varve.storage.DiskStore;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.RecordReader.StoredEntry;
import dev.varve.storage.record.BlockCommit;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.BlockSeal;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Header and commit of blocks, in records of their own beside them.
 *
 * <p>Invariant: a seal is there only while its block is. Threads: {@link #write} from one at a
 * time, {@link #load} while nobody writes, the rest from any.
 */
public final class BlockSeals {
  private final DiskStore store;
  private final RecordReader records;
  private final ChainFloor floor;
  private final RecordWriter writer;
  private final Object writeLock;
  private volatile long last;

  /**
   * The seals of a store.
   *
   * @param writer shared with nobody
   * @param writeLock held by whoever writes or drops blocks, while it does
   */
  public BlockSeals(
      DiskStore store,
      RecordReader records,
      ChainFloor floor,
      RecordWriter writer,
      Object writeLock) {
    this.store = store;
    this.records = records;
    this.floor = floor;
    this.writer = writer;
    this.writeLock = writeLock;
  }

  /** Looks for the highest one anew, by halves: not every store can be read backwards. */
  public void load() {
    long applied = store.applied().getHeight();
    long low = 0;
    long high = applied;
    while (low < high) {
      long middle = low + (high - low + 1) / 2;
      Optional<StoredEntry> next = records.first(RecordType.SEAL, Keys.height(middle));
      long found = next.map(entry -> Keys.heightOf(entry.key())).orElse(Long.MAX_VALUE);
      if (found <= applied) {
        low = found;
      } else {
        high = middle - 1;
      }
    }
    last = low;
  }

  /** See {@link DiskStore#sealed}. */
  public long last() {
    return last;
  }

  /** See {@link DiskStore#seal(long)}. */
  public Optional<BlockSeal> find(long height) {
    return floor.keeps(height)
        ? records.find(RecordType.SEAL, Keys.height(height), BlockSeal.parser())
        : Optional.empty();
  }

  /** See {@link DiskStore#seal(List)}. */
  public void write(List<BlockSeal> seals) {
    synchronized (writeLock) {
      List<BlockSeal> kept = seals.stream().filter(this::isKept).toList();
      for (BlockSeal seal : kept) {
        writer.put(RecordType.SEAL, Keys.height(heightOf(seal)), seal.toByteString());
      }
      writer.commit();
      last = kept.stream().mapToLong(BlockSeals::heightOf).reduce(last, Math::max);
    }
  }

  private static long heightOf(BlockSeal seal) {
    return seal.getHeader().getHeight();
  }

  private boolean isKept(BlockSeal seal) {
    long height = heightOf(seal);
    requireHeld(height, store.applied().getHeight());
    // Below the floor it may be dropped already.
    Optional<BlockRecord> block = floor.keeps(height) ? store.block(height) : Optional.empty();
    block.ifPresent(held -> requireOf(held.getHash(), seal));
    return block.isPresent();
  }

  /** Requires that a store holds a block. */
  public static void requireHeld(long height, long applied) {
    if (height > applied) {
      throw new StorageException.Unavailable(
          String.format(
              "block %d cannot be sealed yet, the store ends with block %d", height, applied),
          null);
    }
  }

  /** Requires that header and commit are of the block with a hash. */
  public static void requireOf(ByteString blockHash, BlockSeal seal) {
    long height = heightOf(seal);
    BlockCommit commit = seal.getCommit();
    if (commit.getHeight() != height || !commit.getBlockId().getHash().equals(blockHash)) {
      throw new IllegalArgumentException(
          String.format(
              "the header of block %d comes with a commit of block %d, hash %s; the block has %s",
              height,
              commit.getHeight(),
              HexFormat.of().formatHex(commit.getBlockId().getHash().toByteArray()),
              HexFormat.of().formatHex(blockHash.toByteArray())));
    }
  }
}
