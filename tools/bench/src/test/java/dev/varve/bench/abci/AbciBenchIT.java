package dev.varve.bench.abci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.varve.node.VarveNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against the real application: ledger, engine, RocksDB, metrics. */
class AbciBenchIT {
  private static final Load LOAD = new Load(List.of(20, 200), 250, 0, 2, 5, 64);

  @TempDir private Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void shouldMeasureARunningNodeAndCountItsForces() throws IOException {
    int http = freePort();
    String address = "unix://" + folder.resolve("abci.sock");
    URI metrics = URI.create("http://127.0.0.1:" + http + "/metrics");
    try (VarveNode node = NodeMain.start(folder.resolve("home"), address, Integer.toString(http))) {
      int exit = run(new AbciBench.Server(address, Optional.of(metrics)), true);

      assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
      assertThat(exit).isEqualTo(AbciBench.DONE);
      // Every block is forced before Commit is answered.
      assertThat(numbers("forces_per_block")).hasSize(2).allMatch(forces -> forces >= 1);
      assertThat(numbers("tx_per_second")).hasSize(2 * Call.values().length).allMatch(v -> v > 0);
      assertThat(node.status().engine().height()).isEqualTo(2 * (2 + 5));
    }
  }

  @Test
  void shouldCompareTwoServersAndLeaveNothingBehind() throws IOException {
    Contender base =
        new Contender("fake", List.of(), java(FakeServer.class, "{port}"), Optional.empty());
    Contender other =
        new Contender(
            "varve",
            List.of(),
            java(NodeMain.class, "{home}", "{address}", "{http}"),
            Optional.of("http://127.0.0.1:{http}/metrics"));

    Load load = new Load(List.of(20), 250, 0, 2, 5, 64);
    int exit = run(load, new AbciBench.Comparison(base, other, 3, folder), false);

    assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    assertThat(exit).isEqualTo(AbciBench.DONE);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("fake and varve, medians of 3 rounds", "varve/fake", "forces/block");
    assertEmpty();
  }

  @Test
  void shouldSayWhyAServerDoesNotStartAndLeaveNothingBehind() throws IOException {
    Contender base = Contender.kvstore(folder.resolve("absent"));
    Contender other =
        new Contender("broken", List.of(), java(FakeServer.class, "none"), Optional.empty());

    assertThat(run(new AbciBench.Comparison(base, base, 3, folder), false))
        .isEqualTo(AbciBench.FAILED);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("cannot start kvstore", "absent");
    err.reset();
    assertThat(run(new AbciBench.Comparison(other, other, 3, folder), false))
        .isEqualTo(AbciBench.FAILED);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("broken ended with exit code 1", "NumberFormatException");
    assertEmpty();
  }

  private void assertEmpty() throws IOException {
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  private int run(AbciBench.Target target, boolean json) {
    return run(LOAD, target, json);
  }

  private int run(Load load, AbciBench.Target target, boolean json) {
    AbciBench.Options options = new AbciBench.Options(load, target, json, false);
    return new AbciBench(new PrintStream(err, true, StandardCharsets.UTF_8))
        .run(options, new PrintStream(out, true, StandardCharsets.UTF_8));
  }

  private List<Double> numbers(String field) throws IOException {
    List<Double> numbers = new ArrayList<>();
    try (JsonParser json = new JsonFactory().createParser(out.toByteArray())) {
      while (json.nextToken() != null) {
        if (json.currentToken().isNumeric() && field.equals(json.currentName())) {
          numbers.add(json.getDoubleValue());
        }
      }
    }
    return numbers;
  }

  /** This JVM's own options: Chronicle Map's flags are among them. */
  private static List<String> java(Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (option.startsWith("--") || option.startsWith("-Dchronicle")) {
        command.add(option);
      }
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
