package dev.varve.fallback;

/**
 * Figures of a log at one moment.
 *
 * @param entries entries that can be read
 * @param entryBytes bytes those entries take, with their headers and keys
 * @param fileBytes bytes of all segment files, the preallocated one included; what capacity bounds
 * @param capacityBytes the configured bound
 * @param segments segment files that hold entries or may take the next one
 * @param preallocated segments ready ahead: 0 or 1
 * @param forces forces asked of the operating system for this log's appends
 */
public record LogStats(
    long entries,
    long entryBytes,
    long fileBytes,
    long capacityBytes,
    int segments,
    int preallocated,
    long forces) {}
