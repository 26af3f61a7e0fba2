package dev.varve.cli;

/** Ends a command with one line for the user and an exit code. */
final class CliException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  static final int FAILED = 1;
  static final int USAGE = 2;

  private final int exitCode;

  private CliException(int exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** What was asked makes sense and could not be done. */
  static CliException failed(String message) {
    return new CliException(FAILED, message, null);
  }

  static CliException failed(String message, Throwable cause) {
    return new CliException(FAILED, message, cause);
  }

  /** What was asked makes no sense. */
  static CliException usage(String message) {
    return new CliException(USAGE, message, null);
  }

  int exitCode() {
    return exitCode;
  }
}
