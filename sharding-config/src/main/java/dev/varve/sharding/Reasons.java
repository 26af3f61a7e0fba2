package dev.varve.sharding;

import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import javax.net.ssl.SSLException;

/** What is told of a server that cannot be used: the fault itself, not what is said around it. */
final class Reasons {
  static final String SILENT = "no answer in time";

  private static final String CLOSED_BY_DRIVER = "No operations allowed after connection closed";

  private Reasons() {}

  /** In one line. */
  static String words(SQLException e) {
    if (isSilent(e)) {
      return SILENT;
    }
    String reason = Schema.firstLine(innermost(e));
    return isOfTls(e) ? "TLS fails: " + reason : reason;
  }

  /**
   * Whether there is no more to it than that time was up; pools do not always tell their reason.
   */
  static boolean isSilent(SQLException e) {
    Throwable cause = innermost(e);
    // A connection that did not pass its test in time was closed by the driver.
    return cause instanceof SocketTimeoutException
        || cause instanceof SQLTransientConnectionException
        || String.valueOf(cause.getMessage()).startsWith(CLOSED_BY_DRIVER);
  }

  private static boolean isOfTls(Throwable e) {
    Throwable cause = e;
    while (cause != null && !(cause instanceof SSLException)) {
      cause = cause.getCause() == cause ? null : cause.getCause();
    }
    return cause != null;
  }

  private static Throwable innermost(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    return cause;
  }
}
