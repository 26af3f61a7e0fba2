package dev.varve.cli;

import java.nio.file.Path;

/**
 * Says where the log goes. Must be called before the first logger is made: the log library reads
 * its configuration once.
 */
final class Logs {
  private static final String CONFIGURATION = "logback.configurationFile";

  private Logs() {}

  /** Into a file, rotated at 10 MiB, five kept; nothing on the console. */
  static void toFile(Path file, String level) {
    System.setProperty("varve.log.file", file.toString());
    use("logback-file.xml", level);
  }

  /** To standard error, for a supervisor to collect. */
  static void toStderr(String level) {
    use("logback-stderr.xml", level);
  }

  private static void use(String configuration, String level) {
    if (System.getProperty(CONFIGURATION) == null) {
      System.setProperty("varve.log.level", level);
      System.setProperty(CONFIGURATION, configuration);
    }
    JulHandler.install();
  }
}
