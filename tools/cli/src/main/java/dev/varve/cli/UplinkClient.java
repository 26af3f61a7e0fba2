package dev.varve.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.varve.node.HomeLock;
import dev.varve.node.NodeConfig;
import dev.varve.node.NodeHome;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The gateway a command speaks to, and how; the options of all {@code varve uplink} commands. */
final class UplinkClient {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int PAGE = 1_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  @ArgGroup(multiplicity = "1")
  private Where where;

  /** One of the two. */
  private static final class Where {
    @Option(names = "--home", paramLabel = "D", description = "The folder of the running node.")
    private Path home;

    @Option(names = "--url", paramLabel = "URL", description = "Where the gateway is served.")
    private URI url;
  }

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = {
        "File whose first word is an admin token; default: the admin token of the home's",
        "http.tokens_file, where it has one."
      })
  private Path tokenFile;

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(LIMIT).build();

  /** All tasks of a state, oldest first. */
  List<JsonNode> tasks(String state) {
    List<JsonNode> all = new ArrayList<>();
    long after = 0;
    while (true) {
      JsonNode page =
          ask("GET", "/v1/uplink?state=" + state + "&after=" + after + "&limit=" + PAGE);
      JsonNode tasks = page.path("tasks");
      tasks.forEach(all::add);
      if (tasks.size() < PAGE) {
        return all;
      }
      after = tasks.get(tasks.size() - 1).path("id").asLong();
    }
  }

  /**
   * Asks the gateway.
   *
   * @throws CliException when it does not answer, or refuses
   */
  JsonNode ask(String method, String pathAndQuery) {
    URI base = base();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(pathAndQuery))
            .timeout(LIMIT)
            .method(method, HttpRequest.BodyPublishers.noBody());
    token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
    try {
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() / 100 != 2) {
        throw CliException.failed(base + " refuses: " + reason(response));
      }
      return JSON.readTree(response.body());
    } catch (JsonProcessingException e) {
      throw CliException.failed(base + " is no gateway: its answer is not JSON", e);
    } catch (IOException e) {
      throw CliException.failed("no answer from " + base + "; does the node run?", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CliException.failed("interrupted while asking " + base, e);
    }
  }

  private static String reason(HttpResponse<String> response) {
    try {
      JsonNode error = JSON.readTree(response.body()).path("error");
      String text = error.isTextual() ? error.asText() : error.path("message").asText("");
      if (!text.isEmpty()) {
        return text;
      }
    } catch (JsonProcessingException e) {
      // Not ours: the status must do.
    }
    return "HTTP status " + response.statusCode();
  }

  private URI base() {
    if (where.url != null) {
      return where.url;
    }
    NodeHome home = home();
    NodeConfig config = NodeConfig.load(home, Map.of());
    Optional<HomeLock.Owner> owner = HomeLock.owner(home.lockFile());
    Optional<String> address = owner.flatMap(HomeLock.Owner::http);
    if (address.isEmpty()) {
      throw CliException.failed(
          owner.isEmpty()
              ? "nothing runs in " + home.path() + ": start it first"
              : "the node in " + home.path() + " serves no gateway: http.address is off");
    }
    String scheme = config.http().tlsCertificate().isPresent() ? "https" : "http";
    return URI.create(scheme + "://" + address.get());
  }

  private NodeHome home() {
    HomeOption.requireNamed(where.home);
    NodeHome home = new NodeHome(where.home);
    home.requireFormat();
    return home;
  }

  private Optional<String> token() {
    if (tokenFile != null) {
      return Optional.of(lines(tokenFile).stream().findFirst().orElse("").strip());
    }
    if (where.home == null) {
      return Optional.empty();
    }
    return NodeConfig.load(home(), Map.of()).http().tokensFile().stream()
        .flatMap(file -> lines(file).stream())
        .map(line -> line.strip().split("\\s+", 2))
        .filter(words -> words.length == 2 && words[0].equalsIgnoreCase("admin"))
        .map(words -> words[1])
        .findFirst();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw CliException.failed("cannot read " + file + ": " + NodeHome.words(e), e);
    }
  }
}
