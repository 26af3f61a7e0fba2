package dev.varve.storage.disk;

import dev.varve.storage.BlockBatch;

/** Makes a block's undo records, given its state keys and their places in byte order. */
@FunctionalInterface
public interface UndoMaker {
  BlockUndo make(BlockBatch batch, byte[][] keys, int[] order);
}
