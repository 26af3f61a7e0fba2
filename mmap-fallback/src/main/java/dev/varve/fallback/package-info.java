/** The fallback log of the storage engine, and below it the file seam. */
package dev.varve.fallback;
