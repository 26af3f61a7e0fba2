package dev.varve.storage.engine;

import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.Seals;
import dev.varve.storage.StorageException;
import dev.varve.storage.engine.MemoryTier.View;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.BlockSeal;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Header and commit of blocks, which come after them and never change.
 *
 * <p>Memory keeps them apart from their blocks, so that neither has ever to be replaced: a block
 * that is read is put together from the two. Threads: {@link #seal} from one at a time, the rest
 * from any.
 */
final class SealedBlocks {
  private static final Logger LOG = LoggerFactory.getLogger(SealedBlocks.class);

  private final DiskTier disk;
  private final MemoryTier memory;

  SealedBlocks(DiskTier disk, MemoryTier memory) {
    this.disk = disk;
    this.memory = memory;
  }

  /** See {@link dev.varve.storage.StorageEngine#seal}. */
  void seal(List<BlockSeal> seals) {
    disk.seal(seals);
    seals.forEach(this::putBack);
  }

  private void putBack(BlockSeal seal) {
    byte[] key = Keys.height(seal.getHeader().getHeight());
    memory.putBack(to -> to.put(RecordType.SEAL, key, seal));
  }

  /** The block with header and commit, as far as they can be had now. */
  BlockRecord complete(View view, BlockRecord block) {
    return block.getHeight() > disk.sealed() ? block : Seals.complete(block, find(view, block));
  }

  private Optional<BlockSeal> find(View view, BlockRecord block) {
    byte[] key = Keys.height(block.getHeight());
    byte[] typed = Keys.typed(RecordType.SEAL, key);
    Optional<BlockSeal> cached = memory.get(view, RecordType.SEAL, typed, BlockSeal.parser());
    if (cached.isPresent()) {
      return cached;
    }
    try {
      Optional<BlockSeal> stored = disk.seal(block.getHeight());
      stored.ifPresent(this::putBack);
      return stored;
    } catch (StorageException.Unavailable e) {
      // The block itself was in memory; it is worth more than no answer.
      LOG.debug("block {} is answered as partial: {}", block.getHeight(), e.getMessage());
      return Optional.empty();
    }
  }
}
