package dev.varve.storage;

import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.BlockSeal;
import java.util.Optional;

/** Adds header and commit to a block that is read. */
public final class Seals {
  private Seals() {}

  /** The block, complete if there is a seal and it is of this block. */
  public static BlockRecord complete(BlockRecord block, Optional<BlockSeal> seal) {
    return seal.filter(of -> of.getCommit().getBlockId().getHash().equals(block.getHash()))
        .map(of -> block.toBuilder().setSeal(of).setComplete(true).build())
        .orElse(block);
  }
}
