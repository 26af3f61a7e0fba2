/**
 * The memory store on Chronicle Map: volatile, off the heap, bounded, never the only copy.
 *
 * <p>Entry type: {@link dev.varve.storage.memory.ChronicleMemoryStore}. It keeps keys and values as
 * they are given and writes no file.
 */
package dev.varve.storage.memory;
