/**
 * Copies all records of a store to another one, of another kind or on other machines.
 *
 * <p>Entry type: {@link dev.varve.storage.disk.copy.StoreCopy}, between two {@link
 * dev.varve.storage.disk.copy.RecordStore}s. Whatever its own form, a store shows and takes its
 * records as {@code dev.varve.storage} draws them: type, key, payload, so that equal chains give
 * equal records. Records that belong together are one unit; units come in sections, in this order:
 *
 * <pre>
 * section      unit                                                         key it begins with
 * CHAIN        BLOCK, TRANSACTION, RESULT and LOG slices, SEAL, MARKER        height
 * INDEX        INDEX                                                        hash
 * STATE        STATE                                                        state key
 * COMMITMENT   COMMITMENT                                                   height
 * HISTORY      HISTORY and UNDO of a block                                  height
 * DELETION     DELETION                                                     state key
 * META         META                                                         name
 * </pre>
 *
 * <h2>What is shown</h2>
 *
 * Only what can be asked for, since stores drop the rest at times of their own: no chain record and
 * no INDEX record below the lowest height kept; history from the first height on of which state can
 * be read, whose own HISTORY record says that nothing is replaced there; no deletion at or below
 * it, neither as a DELETION record nor as the deletion before another. UNDO slices are cut as a
 * block that is applied cuts them. META {@link dev.varve.storage.disk.copy.StoreCopy#NAME} is not
 * shown.
 *
 * <p>{@code batch_crc} of a MARKER compares within one kind of store, so between two kinds it is
 * copied as 0, which stands for: not known. A block that comes again is compared with such a marker
 * by block hash, app hash and time.
 *
 * <h2>Invariants</h2>
 *
 * <ul>
 *   <li>The source is not written to. Each of its records is verified as it is read; one that is
 *       damaged or missing ends the copy, which names it.
 *   <li>META {@code store.copy}, a {@code CopyState}, is in the target from the first write on and
 *       tells what it holds: it becomes durable with, or after, the records that it stands for,
 *       never before. What lies above it may be there and is written over.
 *   <li>A store with that record is nobody's chain: nodes and tools refuse it, but a copy of the
 *       same chain at the same height, which goes on from there. The record goes last of all, once
 *       every record was read back and has the count and the sum that it had in the source.
 *   <li>A copy begins in an empty store only.
 * </ul>
 */
package dev.varve.storage.disk.copy;
