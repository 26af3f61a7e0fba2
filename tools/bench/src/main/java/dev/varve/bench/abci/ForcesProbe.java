package dev.varve.bench.abci;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.OptionalDouble;

/** Reads how often a server has forced bytes to disk from its Prometheus endpoint. */
final class ForcesProbe {
  static final String METRIC = "varve_store_forces_total";

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
    for (String line : exposition.lines().toList()) {
      if (!line.startsWith(METRIC + " ") && !line.startsWith(METRIC + "{")) {
        continue;
      }
      String[] parts = line.substring(line.lastIndexOf('}') + 1).trim().split(" ");
      String value = parts[line.indexOf('}') < 0 ? 1 : 0];
      try {
        sum += Double.parseDouble(value);
      } catch (NumberFormatException e) {
        throw new BenchException("metric " + METRIC + " has the value " + value, e);
      }
      found = true;
    }
    return found ? OptionalDouble.of(sum) : OptionalDouble.empty();
  }
}
