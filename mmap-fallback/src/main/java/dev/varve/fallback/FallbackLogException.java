package dev.varve.fallback;

import java.nio.file.Path;

/**
 * Why a log could not do what was asked; each kind calls for a different answer.
 *
 * <p>Unchecked: it travels to the one place that can act on it, where it is logged. After any of
 * them the log holds what it held before, and {@code Full}, {@code DiskFull} and {@code Io} may be
 * retried.
 */
public abstract sealed class FallbackLogException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private FallbackLogException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The log has reached its capacity; drain and trim, then append again. */
  public static final class Full extends FallbackLogException {
    private static final long serialVersionUID = 1L;

    public Full(String message) {
      super(message, null);
    }
  }

  /** The disk is full or below the watermark; free space, then append again. */
  public static final class DiskFull extends FallbackLogException {
    private static final long serialVersionUID = 1L;

    public DiskFull(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Bytes in the log do not read back as they were written. */
  public static final class Damaged extends FallbackLogException {
    private static final long serialVersionUID = 1L;

    private final transient Path file;
    private final long offset;

    public Damaged(String message, Path file, long offset) {
      super(message, null);
      this.file = file;
      this.offset = offset;
    }

    /** The damaged file. */
    public Path file() {
      return file;
    }

    /** Bytes from the start of the file. */
    public long offset() {
      return offset;
    }
  }

  /** The folder is of another kind or version; nothing was read or changed. */
  public static final class Incompatible extends FallbackLogException {
    private static final long serialVersionUID = 1L;

    public Incompatible(String message) {
      super(message, null);
    }
  }

  /** The file system failed. */
  public static final class Io extends FallbackLogException {
    private static final long serialVersionUID = 1L;

    public Io(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The log was closed; the caller outlived it. */
  public static final class Closed extends FallbackLogException {
    private static final long serialVersionUID = 1L;

    public Closed(String message) {
      super(message, null);
    }
  }
}
