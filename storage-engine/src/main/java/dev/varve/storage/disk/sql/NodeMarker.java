package dev.varve.storage.disk.sql;

/**
 * What a server showed when it was last asked.
 *
 * @param group name of its group
 * @param node its own name
 * @param part the primary that it is a replica of
 * @param height the last height it holds, -1 where that is not known
 * @param answering whether it answered the last time
 */
public record NodeMarker(String group, String node, int part, long height, boolean answering) {}
