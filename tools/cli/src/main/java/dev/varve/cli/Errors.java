package dev.varve.cli;

import dev.varve.node.ConfigException;
import dev.varve.node.NodeException;
import dev.varve.storage.StorageException;
import dev.varve.testnet.TestnetException;
import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Turns exceptions into one line on standard error and an exit code. */
final class Errors
    implements CommandLine.IParameterExceptionHandler, CommandLine.IExecutionExceptionHandler {
  private final Console console;
  private final boolean debug;

  Errors(Console console, boolean debug) {
    this.console = console;
    this.debug = debug;
  }

  @Override
  public int handleParseException(ParameterException failure, String[] args) {
    CommandLine command = failure.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    String text = failure.getMessage();
    print(name, text, failure, isVerbose(args));
    console.error("see " + name + " --help");
    return CliException.USAGE;
  }

  @Override
  public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
    String name = command.getCommandSpec().qualifiedName();
    boolean verbose = isVerbose(parsed.originalArgs().toArray(String[]::new));
    if (failure instanceof CliException known) {
      print(name, known.getMessage(), known, verbose);
      return known.exitCode();
    }
    if (failure instanceof ParameterException usage) {
      return handleParseException(usage, parsed.originalArgs().toArray(String[]::new));
    }
    if (isForTheUser(failure)) {
      print(name, failure.getMessage(), failure, verbose);
      return failure instanceof ConfigException ? CliException.USAGE : CliException.FAILED;
    }
    print(name, "unexpected: " + failure + "; --verbose shows where", failure, verbose);
    return CliException.FAILED;
  }

  private static boolean isForTheUser(Exception failure) {
    return failure instanceof NodeException
        || failure instanceof TestnetException
        || failure instanceof StorageException;
  }

  private void print(String name, String text, Exception failure, boolean verbose) {
    console.error(console.bad(name + ": ") + text);
    if (verbose || debug) {
      StringWriter trace = new StringWriter();
      failure.printStackTrace(new PrintWriter(trace));
      console.error(trace.toString().stripTrailing());
    }
  }

  private static boolean isVerbose(String[] args) {
    for (String arg : args) {
      if (arg.equals("--verbose")) {
        return true;
      }
    }
    return false;
  }
}
