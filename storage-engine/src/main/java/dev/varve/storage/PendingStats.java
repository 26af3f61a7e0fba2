package dev.varve.storage;

/**
 * Figures of a {@link PendingStore} at one moment.
 *
 * @param kind {@code memory}, {@code disk} or {@code cluster}
 * @param bytes what its files or rows take, as far as it knows
 * @param boundBytes the most that they may take
 * @param forces forces asked of the operating system, 0 where it has none
 */
public record PendingStats(String kind, long bytes, long boundBytes, long forces) {}
