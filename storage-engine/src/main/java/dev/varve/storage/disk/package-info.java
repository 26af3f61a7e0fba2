/**
 * What the embedded disk stores share: the store folder and its version marker.
 *
 * <p>Entry type: {@link dev.varve.storage.disk.StoreFolder}; {@link
 * dev.varve.storage.disk.StateHistory} reads the state as it was, {@link
 * dev.varve.storage.disk.BlockUndo} makes the records for that, {@link
 * dev.varve.storage.disk.StorePruner} drops what is not to be kept. The marker is the file {@code
 * FORMAT}, ASCII: kind of the store, one space, decimal version, one line feed, as in {@code
 * rocksdb 3}. It is written whole or not at all, and before anything else in the folder. Another
 * kind, a version that is not known, or other bytes are refused.
 *
 * <p>Version 2 has the history of the state. A store of version 1 is brought up to it when it is
 * opened for writing: it gets the HISTORY record of its last height, from which history begins, and
 * then its new marker. Broken off in between it is version 1 still, and that is done again.
 *
 * <p>Version 3 may have dropped blocks, which an earlier program would take for lost. The step to
 * it from version 2 is the marker.
 */
package dev.varve.storage.disk;
