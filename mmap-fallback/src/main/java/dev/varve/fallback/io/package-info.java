/**
 * The file seam: the only place that maps, forces and renames, so that every byte Varve writes
 * itself shares one fault model and one count of forces.
 *
 * <p>Entry type: {@link dev.varve.fallback.io.FileIo}. Invariant: a file that {@link
 * dev.varve.fallback.io.FileIo#replace} wrote holds either its old bytes or its new ones, whole, at
 * any moment and after a power cut.
 */
package dev.varve.fallback.io;
