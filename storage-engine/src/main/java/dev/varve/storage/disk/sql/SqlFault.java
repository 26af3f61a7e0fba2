package dev.varve.storage.disk.sql;

/**
 * Rows of a cluster that are missing, damaged, or not the ones that belong there.
 *
 * @param table where they lie, or should
 * @param height the block that they are of; 0 where they are of none
 * @param what what is wrong, in words
 */
public record SqlFault(String table, long height, String what) {}
