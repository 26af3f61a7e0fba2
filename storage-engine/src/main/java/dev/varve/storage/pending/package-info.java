/**
 * Backups of the uplink's tasks: in memory, in a forced log on disk, or in a table that several
 * gateways share. Entry types: the implementations of {@link dev.varve.storage.PendingStore}.
 */
package dev.varve.storage.pending;
