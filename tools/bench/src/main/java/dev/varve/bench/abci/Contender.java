package dev.varve.bench.abci;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A server that the comparison starts and ends by itself, with a fresh home each time.
 *
 * <p>In every argument {@code {home}} stands for the fresh folder, {@code {address}} for {@code
 * tcp://127.0.0.1:PORT}, {@code {port}} for that port and {@code {http}} for a second free port.
 *
 * @param name how the report calls it
 * @param setup commands that run to their end before the server starts, in order
 * @param command the server
 * @param metrics the Prometheus endpoint, where it has one
 */
public record Contender(
    String name, List<List<String>> setup, List<String> command, Optional<String> metrics) {
  public Contender {
    setup = setup.stream().map(List::copyOf).toList();
    command = List.copyOf(command);
    if (command.isEmpty()) {
      throw new IllegalArgumentException("the command of " + name + " is empty");
    }
  }

  /** CometBFT's example application, with its database in the home; it never forces. */
  public static Contender kvstore(Path abciCli) {
    return new Contender(
        "kvstore",
        List.of(),
        List.of(abciCli.toString(), "kvstore", "--persist", "{home}", "--address", "{address}"),
        Optional.empty());
  }

  /**
   * Varve on its embedded store with default settings, metrics included.
   *
   * @param launcher the words that run the {@code varve} command
   */
  public static Contender varve(List<String> launcher) {
    return new Contender(
        "varve",
        List.of(words(launcher, "init", "--home", "{home}")),
        words(
            launcher,
            "start",
            "--home",
            "{home}",
            "--abci",
            "{address}",
            "--http",
            "127.0.0.1:{http}"),
        Optional.of("http://127.0.0.1:{http}/metrics"));
  }

  private static List<String> words(List<String> launcher, String... arguments) {
    List<String> words = new ArrayList<>(launcher);
    words.addAll(List.of(arguments));
    return words;
  }
}
