/**
 * What the embedded disk stores share: the store folder and its version marker.
 *
 * <p>Entry type: {@link dev.varve.storage.disk.StoreFolder}. The marker is the file {@code FORMAT},
 * ASCII: kind of the store, one space, decimal version, one line feed, as in {@code rocksdb 1}. It
 * is written whole or not at all, and before anything else in the folder. Another kind, a version
 * that is not known, or other bytes are refused.
 */
package dev.varve.storage.disk;
