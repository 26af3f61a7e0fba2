package dev.varve.storage;

import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Why a store could not do what was asked; each kind calls for a different answer.
 *
 * <p>Unchecked: it travels from a store to the one place that can act on it, where it is logged.
 */
public abstract sealed class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private StorageException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The store does not answer now and may answer later; nothing was changed. */
  public static final class Unavailable extends StorageException {
    private static final long serialVersionUID = 1L;

    public Unavailable(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The disk is full, or below the free-space watermark; nothing was changed. */
  public static final class DiskFull extends StorageException {
    private static final long serialVersionUID = 1L;

    public DiskFull(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Bytes that were stored do not read back as they were written. */
  public static final class Corruption extends StorageException {
    private static final long serialVersionUID = 1L;

    private final transient Path path;
    private final long offset;

    /** Damage in a store that addresses by key; the message names the key. */
    public Corruption(String message, Throwable cause) {
      this(message, null, -1, cause);
    }

    /** Damage at {@code offset} bytes into the file {@code path}. */
    public Corruption(String message, Path path, long offset, Throwable cause) {
      super(message, cause);
      this.path = path;
      this.offset = offset;
    }

    /** The damaged file, or null where the store addresses by key. */
    public Path path() {
      return path;
    }

    /** Bytes from the start of the file, where known. */
    public OptionalLong offset() {
      return offset < 0 ? OptionalLong.empty() : OptionalLong.of(offset);
    }
  }

  /** The store is of another kind or version; nothing was read or changed. */
  public static final class Incompatible extends StorageException {
    private static final long serialVersionUID = 1L;

    public Incompatible(String message) {
      super(message, null);
    }
  }

  /** What was asked for lies below what is kept. */
  public static final class Pruned extends StorageException {
    private static final long serialVersionUID = 1L;

    /** The state as of {@code height} was asked for, kept is that as of two others and between. */
    public Pruned(long height, long lowest, long highest) {
      super(
          String.format(
              "state as of height %d is not kept, allowed are %d to %d", height, lowest, highest),
          null);
    }

    private Pruned(String message) {
      super(message, null);
    }

    /** A block, or something in it, was asked for below the lowest that is kept. */
    public static Pruned ofBlock(long height, long lowest) {
      return new Pruned(
          "block " + height + " is not kept any more, the lowest height kept is " + lowest);
    }
  }

  /** The store was closed; the caller outlived it. */
  public static final class Closed extends StorageException {
    private static final long serialVersionUID = 1L;

    public Closed(String message) {
      super(message, null);
    }
  }
}
