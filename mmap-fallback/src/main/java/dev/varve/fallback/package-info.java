/**
 * The home of the fallback log: pre-mapped, zero-filled segments that take a store's batches while
 * the store itself is slow or away, and give them back in order.
 *
 * <p>Entry type: {@code FallbackLog}, not built yet; today the module holds the file seam in {@link
 * dev.varve.fallback.io} only.
 */
package dev.varve.fallback;
