/** A logical block device over an LSM tree. */
package dev.varve.device;
