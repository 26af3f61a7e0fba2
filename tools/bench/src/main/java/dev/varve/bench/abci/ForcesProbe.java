package dev.varve.bench.abci;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads how often a server has forced bytes to disk from its Prometheus endpoint. */
final class ForcesProbe {
  static final String METRIC = "varve_forces_total";

  private static final Pattern SAMPLE =
      Pattern.compile("^" + METRIC + "(?:\\{[^}]*\\})? (\\S+)", Pattern.MULTILINE);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final URI metrics;

  ForcesProbe(URI metrics) {
    this.metrics = metrics;
  }

  double read() throws IOException, BenchException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(metrics).timeout(TIMEOUT).build();
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new BenchException(metrics + " answered with status " + response.statusCode());
    }
    return sum(response.body())
        .orElseThrow(() -> new BenchException(metrics + " has no metric " + METRIC));
  }

  /** The sum over all labels, or empty when the text has no such metric. */
  static OptionalDouble sum(String exposition) throws BenchException {
    double sum = 0;
    boolean found = false;
    Matcher sample = SAMPLE.matcher(exposition);
    while (sample.find()) {
      try {
        sum += Double.parseDouble(sample.group(1));
      } catch (NumberFormatException e) {
        throw new BenchException("metric " + METRIC + " has the value " + sample.group(1), e);
      }
      found = true;
    }
    return found ? OptionalDouble.of(sum) : OptionalDouble.empty();
  }
}
