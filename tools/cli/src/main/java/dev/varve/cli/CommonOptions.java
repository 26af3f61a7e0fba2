package dev.varve.cli;

import picocli.CommandLine.Option;

/** Options that every command has. */
final class CommonOptions {
  @SuppressWarnings("UnusedVariable") // picocli reads it.
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this help.")
  private boolean help;

  @Option(names = "--verbose", description = "Log more; print the stack trace of an error.")
  private boolean verbose;

  boolean verbose() {
    return verbose;
  }

  String logLevel(String standard) {
    return verbose ? "debug" : standard;
  }
}
