/** Changed-block backup with point-in-time restore. */
package dev.varve.backup;
