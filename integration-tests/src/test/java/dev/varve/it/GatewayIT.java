package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Unmodified clients of others against the gateway of a devnet whose node has no indexer. */
class GatewayIT {
  private static final long LIMIT_SECONDS = 180;
  private static final Path CLIENTS = Path.of("src/test/js");
  private static final Path GO_CLIENT = Path.of("src/test/go");
  private static final List<String> GO_SETTINGS =
      List.of("env", "GOFLAGS=", "GOTOOLCHAIN=local", "CGO_ENABLED=0");
  private static final Pattern SHELL = Pattern.compile("```sh\\n(.*?)```", Pattern.DOTALL);

  @RegisterExtension private final TestFolder folder = new TestFolder();

  @Test
  void shouldServeCosmJs() throws Exception {
    assumeTrue(isThere("npm") && isThere("node"), "node and npm are not installed");
    Path clients = folder.resolve("clients");
    Files.createDirectory(clients);
    for (String file : List.of("package.json", "package-lock.json", "cosmjs.mjs")) {
      Files.copy(CLIENTS.resolve(file), clients.resolve(file));
    }
    run(clients, "npm", "ci", "--no-audit", "--no-fund");
    try (TestDevnet devnet = withoutIndexer()) {
      assertThat(run(clients, "node", "cosmjs.mjs", devnet.gateway())).endsWith("done\n");
      devnet.stop();
    }
  }

  /** Two transactions, and two that are refused, which the metrics tell too. */
  @Test
  void shouldServeTheGoClient() throws Exception {
    assumeTrue(isThere("go"), "go is not installed");
    String client = folder.resolve("cometbft-client").toString();
    List<String> build = List.of("go", "build", "-buildvcs=false", "-o", client, ".");
    run(GO_CLIENT, Stream.concat(GO_SETTINGS.stream(), build.stream()).toArray(String[]::new));
    try (TestDevnet devnet = withoutIndexer()) {
      assertThat(run(folder.path(), client, devnet.gateway())).endsWith("done\n");
      assertThat(metrics(devnet))
          .contains(
              "varve_uplink_acknowledged_total 2.0",
              "varve_uplink_ack_seconds_count 2",
              "varve_uplink_refused_total{reason=\"refused\"} 2.0",
              "varve_uplink_ended_total{state=\"committed\"} 2.0",
              "varve_uplink_tasks{state=\"queued\"} 0.0",
              "varve_uplink_node_up 1.0")
          .anyMatch(line -> line.matches("varve_uplink_backup_forces_total [1-9].*"))
          .anyMatch(
              line -> line.matches("varve_uplink_read_seconds_count\\{.*\"pending\"} [1-9].*"));
      devnet.stop();
    }
  }

  private static List<String> metrics(TestDevnet devnet) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(devnet.gateway() + "/metrics")).build();
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer.body().lines().toList();
  }

  @Test
  void shouldRunTheLinesOfTheReadme() throws Exception {
    List<String> lines = curlLines();
    assertThat(lines).hasSizeGreaterThanOrEqualTo(6);
    try (TestDevnet devnet = withoutIndexer()) {
      String node = devnet.rpc().base().getAuthority();
      for (String line : lines) {
        String real =
            line.replace("http://127.0.0.1:26657", "http://" + node)
                .replace("http://127.0.0.1:26659", devnet.gateway());
        String answer = run(folder.path(), "bash", "-c", "set -o pipefail; " + real);
        assertThat(answer).as(real).isNotEmpty().doesNotContain("\"error\"");
      }
      devnet.stop();
    }
  }

  /** All commands with curl in the order of the page, as its reader runs them. */
  private static List<String> curlLines() throws IOException {
    List<String> lines = new ArrayList<>();
    Matcher blocks = SHELL.matcher(Files.readString(Path.of("../README.md")));
    while (blocks.find()) {
      blocks.group(1).lines().filter(line -> line.startsWith("curl ")).forEach(lines::add);
    }
    return lines;
  }

  private TestDevnet withoutIndexer() throws IOException {
    TestDevnet devnet = new TestDevnet(folder.path());
    try {
      devnet.start().stop();
      Path config = devnet.home().resolve("comet/config/config.toml");
      String text = Files.readString(config);
      assertThat(text).contains("indexer = \"kv\"");
      Files.writeString(config, text.replace("indexer = \"kv\"", "indexer = \"null\""));
      return devnet.start();
    } catch (IOException | RuntimeException | AssertionError e) {
      devnet.close();
      throw e;
    }
  }

  private static boolean isThere(String program) throws IOException, InterruptedException {
    Process which = new ProcessBuilder("sh", "-c", "command -v " + program).start();
    return which.waitFor() == 0;
  }

  private String run(Path where, String... words) throws IOException, InterruptedException {
    Path log = folder.resolve("client.log");
    Process process =
        new ProcessBuilder(words)
            .directory(where.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    String output = new String(Files.readAllBytes(log), UTF_8);
    assertThat(ended).as(output).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }
}
