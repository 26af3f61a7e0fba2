package dev.varve.fallback.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What Varve asks of the file system for the files it writes itself.
 *
 * <p>Threads: any; an interrupt of the calling thread neither fails a call nor harms a file, and
 * its flag stays set. Errors: {@link IOException} as the operating system gave it, {@link
 * NoSpaceException} where it said that the disk is full; the message names the file.
 */
public interface FileIo {
  /** Creates a folder and the missing ones above it, and forces the entry of each new one. */
  void createDirectories(Path folder) throws IOException;

  /**
   * Sets a file's content in one step: writes a temporary file beside it, forces it, renames it
   * over the old one and forces the folder. Durable when it returns.
   */
  void replace(Path file, byte[] bytes) throws IOException;

  /** A file's content, or empty when there is no such file. */
  Optional<byte[]> read(Path file) throws IOException;

  /**
   * Creates a file, writes zeros to all of it, so that the file system has given it its space, and
   * maps it for writing. A map without the space behind it would end the process at a full disk.
   * When it fails no file stays.
   *
   * @param force whether file and name are durable when it returns
   */
  MappedFile create(Path file, int bytes, boolean force) throws IOException;

  /** Maps an existing, non-empty file of less than 2 GiB as it is. */
  MappedFile map(Path file, boolean writable) throws IOException;

  /** Renames a file within its folder, over one of the new name, and forces the folder. */
  void rename(Path from, Path to) throws IOException;

  /** Removes a file if it is there. Not durable before {@link #forceFolder}. */
  void delete(Path file) throws IOException;

  /** Forces what was created, renamed and deleted in a folder. */
  void forceFolder(Path folder) throws IOException;

  /** What lies in a folder, in the order of the names. */
  List<Path> list(Path folder) throws IOException;

  /** Bytes that can still be written to the file system of a folder. */
  long freeBytes(Path folder) throws IOException;

  /** How often the operating system was asked to force bytes to disk through this object. */
  long forces();
}
