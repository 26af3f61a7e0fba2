package dev.varve.node;

import dev.varve.gateway.Uplink;
import dev.varve.gateway.http.GatewayMeter;
import dev.varve.sharding.Cluster;
import dev.varve.sharding.ClusterNode;
import dev.varve.storage.EngineStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The node's figures in Prometheus text format 0.0.4. Latencies of calls are summaries in seconds
 * with the median and the 99th percentile of about the last two minutes. Safe for use from any
 * thread.
 */
final class NodeMetrics implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Counter txsOk = txs("ok");
  private final Counter txsFailed = txs("failed");
  private final UplinkMetrics uplink = new UplinkMetrics(registry);

  private volatile Supplier<EngineStatus> engine;
  private volatile EngineStatus latest;

  NodeMetrics() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
  }

  Timer abciCall(String call) {
    return summary("varve.abci.call", "Time to answer a call of the node", "call", call);
  }

  Timer storeCall(String store, String call) {
    return summary("varve.store.call", "Time of a call to a store", "store", store, "call", call);
  }

  void committed(int ok, int failed) {
    txsOk.increment(ok);
    txsFailed.increment(failed);
  }

  /** Transactions of committed blocks since the start, failed ones too. */
  long txs() {
    return (long) (txsOk.count() + txsFailed.count());
  }

  /** Registers what the engine knows; the supplier is asked once a scrape. */
  void observe(Supplier<EngineStatus> source) {
    engine = source;
    latest = source.get();
    gauge("varve.height", "Last durable height", EngineStatus::height);
    gauge("varve.disk.height", "Last height in the disk store", EngineStatus::diskHeight);
    gauge(
        "varve.chain.floor",
        "Lowest height whose block is kept, 0 while none was dropped",
        EngineStatus::chainFloor);
    gauge(
        "varve.sealed.height",
        "Highest block that has header and commit, 0 while none has",
        EngineStatus::sealedHeight);
    gauge(
        "varve.disk.lag.blocks",
        "Durable heights that the disk store has not applied",
        status -> status.height() - status.diskHeight());
    gauge(
        "varve.disk.up",
        "1 while the disk store works",
        status -> status.diskState().equals("up") ? 1 : 0);
    gauge(
        "varve.memory.up",
        "1 while the memory store works",
        status -> status.memoryState().equals("up") ? 1 : 0);
    gauge("varve.disk.bytes", "Bytes of the disk store", EngineStatus::diskBytes);
    gauge("varve.log.bytes", "Bytes in fallback logs", EngineStatus::logBytes);
    gauge("varve.memory.bytes", "Bytes of the memory store", s -> s.memory().bytes());
    gauge(
        "varve.memory.bound.bytes",
        "Bytes the memory store may take",
        status -> status.memory().boundBytes());
    gauge(
        "varve.memory.entries", "Records in the memory store", status -> status.memory().entries());
    counter("varve.forces", "Times bytes were forced to disk", EngineStatus::forces);
    counter("varve.memory.hits", "Reads memory served", status -> status.memory().hits());
    counter("varve.memory.misses", "Reads memory missed", status -> status.memory().misses());
    counter(
        "varve.memory.evictions",
        "Records pushed out of memory",
        status -> status.memory().evictions());
    observeSync();
  }

  /** Registers what is known of each database server. */
  void observe(Cluster cluster) {
    for (ClusterNode node : cluster.nodes()) {
      Tags tags = Tags.of("server", node.name(), "role", node.isReplica() ? "replica" : "primary");
      Gauge.builder("varve.sql.up", node, server -> server.isUp() ? 1 : 0)
          .description("1 while calls are let through to a database server")
          .tags(tags)
          .register(registry);
      Gauge.builder("varve.sql.height", node, server -> server.health().height().orElse(0))
          .description("Last height that a database server held when it was last asked")
          .tags(tags)
          .register(registry);
    }
  }

  /** Registers what the gateway knows. */
  void observe(Uplink source) {
    uplink.observe(source);
  }

  /** What a gateway's server tells of requests. */
  GatewayMeter requests() {
    return uplink;
  }

  private void observeSync() {
    gauge(
        "varve.memory.warm",
        "1 when memory has been filled from disk",
        status -> status.sync().warmState().equals("done") ? 1 : 0);
    gauge(
        "varve.memory.warm.height",
        "Lowest height that filling memory from disk has come to",
        status -> status.sync().warmHeight());
    counter(
        "varve.memory.warm.records",
        "Records read from disk to warm memory",
        status -> status.sync().warmRecords());
    counter(
        "varve.memory.warm.bytes",
        "Bytes read from disk to warm memory",
        status -> status.sync().warmBytes());
    counter(
        "varve.memory.passed.over.blocks",
        "Blocks not copied to memory as they came, as it was too far behind",
        status -> status.sync().passedOver());
    counter("varve.sync.runs", "Runs of the sync job", status -> status.sync().runs());
    counter(
        "varve.sync.skipped",
        "Runs of the sync job left out while one went on",
        status -> status.sync().skippedRuns());
    counter(
        "varve.sync.refilled",
        "Records the sync job found missing in memory",
        status -> status.sync().refilled());
    counter(
        "varve.sync.compared",
        "Records compared between memory and disk",
        status -> status.sync().compared());
    counter(
        "varve.sync.repaired",
        "Records in memory that differed from disk",
        status -> status.sync().repaired());
    counter(
        "varve.sync.disk.corruptions",
        "Records found damaged or missing on disk while memory was kept in step",
        status -> status.sync().diskCorruptions());
  }

  String scrape() {
    if (engine != null) {
      latest = engine.get();
    }
    uplink.refresh();
    return registry.scrape();
  }

  @Override
  public void close() {
    registry.close();
  }

  private Counter txs(String result) {
    return Counter.builder("varve.txs")
        .description("Transactions of committed blocks")
        .tag("result", result)
        .register(registry);
  }

  private Timer summary(String name, String description, String... tags) {
    return Timer.builder(name)
        .description(description)
        .tags(tags)
        .publishPercentiles(0.5, 0.99)
        .register(registry);
  }

  private void gauge(String name, String description, ToDoubleFunction<EngineStatus> value) {
    Gauge.builder(name, this, metrics -> value.applyAsDouble(metrics.latest))
        .description(description)
        .register(registry);
  }

  private void counter(String name, String description, ToDoubleFunction<EngineStatus> value) {
    FunctionCounter.builder(name, this, metrics -> value.applyAsDouble(metrics.latest))
        .description(description)
        .register(registry);
  }
}
