/**
 * The tiered engine: committed batch, then memory, then disk.
 *
 * <p>Entry type: {@link dev.varve.storage.engine.TieredEngine}. Invariants: a block is on disk
 * before any reader sees it and before {@code commit} returns; a read that begins after {@code
 * commit} returned never answers with less, whatever fill, put-back, eviction or failure of memory
 * it races with. Memory holds values in the envelope of {@link dev.varve.storage}, under keys with
 * their type in front.
 */
package dev.varve.storage.engine;
