package dev.varve.storage.disk;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The successful transactions of blocks that one write takes together: the store does not hold them
 * yet. Only a failed transaction asks, so hashes are gathered when the first one does. Threads: one
 * at a time.
 */
public final class GroupSuccesses {
  private final List<BlockBatch> blocks = new ArrayList<>();
  private final Set<ByteString> hashes = new HashSet<>();
  private int gathered;

  /** Takes a block to the group. */
  public void add(BlockBatch block) {
    blocks.add(block);
  }

  /** Whether a block of the group has these bytes with success. */
  public boolean contains(ByteString txHash) {
    for (; gathered < blocks.size(); gathered++) {
      BlockBatch block = blocks.get(gathered);
      for (int i = 0; i < block.txHashes().size(); i++) {
        if (block.results().get(i).getCode() == 0) {
          hashes.add(block.txHashes().get(i));
        }
      }
    }
    return hashes.contains(txHash);
  }

  /** Begins another group. */
  public void clear() {
    blocks.clear();
    hashes.clear();
    gathered = 0;
  }
}
