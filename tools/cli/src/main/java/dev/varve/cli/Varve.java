package dev.varve.cli;

import dev.varve.node.Version;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code varve} command: see the package for its rules. */
@Command(
    name = "varve",
    description = "Storage node of a CometBFT chain.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DevnetCommand.class,
      InitCommand.class,
      StartCommand.class,
      StatusCommand.class,
      CheckCommand.class,
      DumpCommand.class,
      RollbackCommand.class,
      StoreCommand.class,
      GatewayCommand.class,
      UplinkCommand.class,
      BenchCommand.class,
      VersionCommand.class
    },
    versionProvider = Varve.Versions.class,
    footer = {
      "",
      "First steps:",
      "  varve devnet                     a chain on this machine, Ctrl-C stops it",
      "  varve devnet --help              what it can do",
      "",
      "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration."
    })
public final class Varve implements Runnable {
  @SuppressWarnings("UnusedVariable") // picocli fills it.
  @CommandLine.Mixin
  private CommonOptions common;

  @SuppressWarnings("UnusedVariable") // picocli reads it.
  @CommandLine.Option(names = "--version", versionHelp = true, description = "Print the version.")
  private boolean version;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  private Varve() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    Map<String, String> environment = System.getenv();
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    boolean terminal = Boolean.getBoolean("varve.terminal");
    boolean colour = !environment.containsKey("NO_COLOR");
    int columns = Integer.getInteger("varve.columns", 80);
    Console console = new Console(out, err, terminal, colour, columns);
    System.exit(run(console, environment, out, err, args));
  }

  /**
   * Runs one command.
   *
   * @param environment of the process
   * @return the exit code
   */
  static int run(
      Console console,
      Map<String, String> environment,
      PrintWriter out,
      PrintWriter err,
      String... args) {
    CommandLine line = new CommandLine(new Varve(), new Factory(console, environment));
    line.setOut(out);
    line.setErr(err);
    line.setColorScheme(
        CommandLine.Help.defaultColorScheme(
            console.colour() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setUsageHelpAutoWidth(false);
    line.setUsageHelpWidth(100);
    Errors errors = new Errors(console, environment.containsKey("VARVE_DEBUG"));
    line.setParameterExceptionHandler(errors);
    line.setExecutionExceptionHandler(errors);
    return line.execute(args);
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "no command given");
  }

  /** Gives commands what they need: console and environment. */
  private record Factory(Console console, Map<String, String> environment)
      implements CommandLine.IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      if (Environment.class == type) {
        return type.cast(new Environment(console, environment));
      }
      try {
        return type.cast(
            type.getDeclaredConstructor(Environment.class)
                .newInstance(new Environment(console, environment)));
      } catch (NoSuchMethodException e) {
        return CommandLine.defaultFactory().create(type);
      }
    }
  }

  /** Answers --version. */
  static final class Versions implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"varve " + Version.current()};
    }
  }
}
