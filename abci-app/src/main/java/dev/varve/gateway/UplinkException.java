package dev.varve.gateway;

/** Why the gateway could not do what was asked; nothing of it was done. */
public abstract sealed class UplinkException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private UplinkException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The transaction is refused for good, as the application's CheckTx would. */
  public static final class Refused extends UplinkException {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final String codespace;

    public Refused(int code, String codespace, String log) {
      super(log, null);
      this.code = code;
      this.codespace = codespace;
    }

    public int code() {
      return code;
    }

    public String codespace() {
      return codespace;
    }
  }

  /** Queue or backup are full: to be tried again later. */
  public static final class Busy extends UplinkException {
    private static final long serialVersionUID = 1L;

    public Busy(String message) {
      super(message, null);
    }
  }

  /** The backup, the engine or the node does not answer now. */
  public static final class Unavailable extends UplinkException {
    private static final long serialVersionUID = 1L;

    public Unavailable(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The same idempotency key came with other bytes. */
  public static final class Conflict extends UplinkException {
    private static final long serialVersionUID = 1L;

    public Conflict(String message) {
      super(message, null);
    }
  }

  /** There is no such task. */
  public static final class NotFound extends UplinkException {
    private static final long serialVersionUID = 1L;

    public NotFound(String message) {
      super(message, null);
    }
  }
}
