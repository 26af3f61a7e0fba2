package dev.varve.storage.disk.sql;

import dev.varve.storage.StorageException;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Set;

/** Tells from an error of the driver, or of the router, which kind of failure it is. */
public final class SqlErrors {
  private static final Set<Integer> DISK_FULL = Set.of(1021, 1114, 3675);
  private static final int WRITE_FAILED = 1030;
  private static final int FILE_WRITE_FAILED = 3;
  private static final int NO_DATABASE_ACCESS = 1044;
  private static final int WRONG_PASSWORD = 1045;
  private static final int UNKNOWN_DATABASE = 1049;
  private static final Set<Integer> NO_PRIVILEGE = Set.of(1142, 1143, 1227, 1370);
  private static final int NO_TABLE = 1146;
  private static final Set<Integer> READ_ONLY = Set.of(1290, 1792, 1836);
  // Of those who hand out connections: a refusal that says itself what has to be done.
  private static final String REFUSED = "VS001";
  private static final int MAX_CAUSES = 16;

  private SqlErrors() {}

  /** {@code source}: the group or node that was asked. */
  public static StorageException of(String source, Throwable error) {
    Throwable cause = error;
    for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
      if (cause instanceof StorageException known) {
        return known;
      }
      if (cause instanceof SQLException sql && isTelling(sql)) {
        return ofCode(source, sql);
      }
      cause = next(cause);
    }
    return new StorageException.Unavailable(source + " does not answer: " + message(error), error);
  }

  /** Whether a server answers, but has no tables of ours, as before the first start. */
  static boolean isWithoutTables(Throwable error) {
    return of("", error).getCause() instanceof SQLException cause
        && (cause.getErrorCode() == NO_TABLE || cause.getErrorCode() == UNKNOWN_DATABASE);
  }

  private static Throwable next(Throwable error) {
    if (error.getCause() != null && error.getCause() != error) {
      return error.getCause();
    }
    return error instanceof SQLException sql ? sql.getNextException() : null;
  }

  private static boolean isTelling(SQLException error) {
    int code = error.getErrorCode();
    return isDiskFull(error)
        || REFUSED.equals(error.getSQLState())
        || code == NO_DATABASE_ACCESS
        || code == WRONG_PASSWORD
        || code == UNKNOWN_DATABASE
        || code == NO_TABLE
        || NO_PRIVILEGE.contains(code)
        || READ_ONLY.contains(code);
  }

  private static boolean isDiskFull(SQLException error) {
    int code = error.getErrorCode();
    String text = message(error).toLowerCase(Locale.ROOT);
    boolean failedWrite = code == WRITE_FAILED || code == FILE_WRITE_FAILED;
    return DISK_FULL.contains(code)
        || text.contains("no space left on device")
        || (failedWrite && (text.contains("error 28") || text.contains("errno: 28")));
  }

  private static StorageException ofCode(String source, SQLException error) {
    if (isDiskFull(error)) {
      return new StorageException.DiskFull(
          "the disk of " + source + " is full: " + message(error), error);
    }
    if (REFUSED.equals(error.getSQLState())) {
      return new StorageException.Unavailable(source + " cannot be used: " + message(error), error);
    }
    int code = error.getErrorCode();
    String what = " refuses: ";
    if (code == WRONG_PASSWORD) {
      what = " refuses user or password: ";
    } else if (code == UNKNOWN_DATABASE) {
      what = " has no such database: ";
    } else if (code == NO_TABLE) {
      what = " lacks a table: ";
    } else if (READ_ONLY.contains(code)) {
      what = " is read-only, it may be a replica: ";
    } else if (code == NO_DATABASE_ACCESS || NO_PRIVILEGE.contains(code)) {
      what = " lacks a privilege for our user: ";
    }
    return new StorageException.Unavailable(source + what + message(error), error);
  }

  /** What it says and, where that is not in it, what was behind it: "Connection refused". */
  private static String message(Throwable error) {
    String text = firstLine(error);
    Throwable innermost = error;
    for (int i = 0; innermost.getCause() != null && i < MAX_CAUSES; i++) {
      innermost = innermost.getCause();
    }
    String reason = firstLine(innermost);
    return text.contains(reason) ? text : text + ": " + reason;
  }

  private static String firstLine(Throwable error) {
    String text = error.getMessage();
    return text == null
        ? error.getClass().getSimpleName()
        : text.strip().lines().findFirst().orElse("");
  }
}
