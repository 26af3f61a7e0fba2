package dev.varve.node;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.varve.gateway.NodeChain;
import dev.varve.gateway.Uplink;
import dev.varve.gateway.UplinkStatus;
import dev.varve.gateway.http.GatewayPages;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;

/**
 * A gateway that stands alone, in front of a node whose application runs elsewhere. Safe for use
 * from any thread; {@link #close} ends everything within {@link VarveNode#CLOSE_LIMIT}.
 */
public final class GatewayNode implements AutoCloseable {
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

  private final Parts parts;

  private GatewayNode(Parts parts) {
    this.parts = parts;
  }

  /**
   * Serves the gateway of a home, of whose settings {@code http}, {@code gateway} and {@code
   * fallback.free_bytes} count; and with a shared backup where its databases are.
   *
   * @throws NodeException when the home is in use or an address is taken; nothing stays open then
   */
  public static GatewayNode start(NodeHome home, NodeConfig config) {
    home.requireFormat();
    if (!config.http().enabled()) {
      throw new ConfigException("http.address = \"off\": a gateway alone needs an address");
    }
    Parts parts = new Parts();
    try {
      parts.add(
          "home's lock", HomeLock.acquire(home.lockFile(), Optional.of(config.http().address())));
      UplinkWiring wiring = new UplinkWiring(home, config, parts);
      wiring.check();
      NodeMetrics metrics = parts.add("metrics", new NodeMetrics());
      NodeChain chain =
          parts.add("way to the node", new NodeChain(config.gateway().node(), ANSWER_LIMIT));
      wiring.start(
          new UplinkWiring.Ground(chain, chain::chainId, Optional.empty()),
          metrics,
          uplink -> pages(metrics, uplink));
      return new GatewayNode(parts);
    } catch (RuntimeException e) {
      parts.close(VarveNode.CLOSE_LIMIT);
      throw e instanceof NodeException
          ? e
          : new NodeException("cannot start in " + home.path() + ": " + e.getMessage(), e);
    }
  }

  private static GatewayPages pages(NodeMetrics metrics, Uplink uplink) {
    return new GatewayPages(
        metrics::scrape,
        () -> health(uplink),
        () -> status(health(uplink), uplink.status()),
        metrics.requests());
  }

  /** What is pending is safe while the node is away, but comes no further. */
  private static GatewayPages.Health health(Uplink uplink) {
    String problem = uplink.problem();
    if (!problem.isEmpty()) {
      return new GatewayPages.Health(false, problem + "\n");
    }
    UplinkStatus status = uplink.status();
    return new GatewayPages.Health(
        status.nodeUp() || status.queued() == 0,
        status.nodeUp() || status.queued() == 0 ? "ok\n" : "node: " + status.nodeProblem() + "\n");
  }

  private static String status(GatewayPages.Health health, UplinkStatus status) {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.useDefaultPrettyPrinter();
      json.writeStartObject();
      json.writeBooleanField("healthy", health.healthy());
      json.writeNumberField("queued", status.queued());
      json.writeNumberField("under_way", status.inFlight());
      json.writeNumberField("failed", status.failed());
      json.writeNumberField("pending_bytes", status.pendingBytes());
      json.writeNumberField("oldest_pending_ms", status.oldestPendingMs());
      json.writeNumberField("followed_height", status.followed());
      json.writeBooleanField("node_up", status.nodeUp());
      json.writeStringField("node_problem", status.nodeProblem());
      json.writeStringField("backup", status.store().kind());
      json.writeNumberField("backup_bytes", status.store().bytes());
      json.writeNumberField("pid", ProcessHandle.current().pid());
      json.writeStringField("version", Version.current());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a string does not fail", e);
    }
    return out.append('\n').toString();
  }

  @Override
  public void close() {
    parts.close(VarveNode.CLOSE_LIMIT);
  }
}
