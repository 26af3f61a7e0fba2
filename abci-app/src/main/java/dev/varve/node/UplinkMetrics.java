package dev.varve.node;

import dev.varve.gateway.Source;
import dev.varve.gateway.Uplink;
import dev.varve.gateway.UplinkStatus;
import dev.varve.gateway.http.GatewayMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * The gateway's figures. Latencies are histograms in seconds, which those of several gateways can
 * be added to. Safe for use from any thread.
 */
final class UplinkMetrics implements GatewayMeter {
  /** Upper bounds of the buckets, around the targets of 5, 20 and 25 ms. */
  private static final Duration[] BUCKETS =
      micros(
          100,
          250,
          500,
          1_000,
          2_500,
          5_000,
          10_000,
          20_000,
          25_000,
          50_000,
          100_000,
          250_000,
          500_000,
          1_000_000,
          2_500_000,
          10_000_000);

  private final MeterRegistry registry;
  private final Timer acknowledged;
  private final Counter transactions;
  private final Timer pendingReads;
  private final Timer committedReads;

  private volatile Uplink uplink;
  private volatile UplinkStatus latest;

  UplinkMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.acknowledged =
        histogram("varve.uplink.ack", "Time until what was submitted at once was backed up");
    this.transactions =
        Counter.builder("varve.uplink.acknowledged")
            .description("Transactions backed up and acknowledged")
            .register(registry);
    this.pendingReads = reads(Source.PENDING);
    this.committedReads = reads(Source.COMMITTED);
  }

  private static Duration[] micros(long... micros) {
    Duration[] durations = new Duration[micros.length];
    for (int i = 0; i < micros.length; i++) {
      durations[i] = Duration.of(micros[i], ChronoUnit.MICROS);
    }
    return durations;
  }

  private Timer reads(Source source) {
    return histogram(
        "varve.uplink.read", "Time to answer a read, by what had it", "source", source.word());
  }

  private Timer histogram(String name, String description, String... tags) {
    return Timer.builder(name)
        .description(description)
        .tags(tags)
        .serviceLevelObjectives(BUCKETS)
        .register(registry);
  }

  /** Registers what the gateway knows; it is asked at {@link #refresh}. */
  void observe(Uplink source) {
    uplink = source;
    latest = source.status();
    tasks("accepting", UplinkStatus::accepting);
    tasks("queued", UplinkStatus::queued);
    tasks("sent", status -> status.inFlight() - status.inMempool());
    tasks("in_mempool", UplinkStatus::inMempool);
    tasks("failed", UplinkStatus::failed);
    gauge("pending.bytes", "Bytes of pending transactions", UplinkStatus::pendingBytes);
    gauge(
        "oldest.seconds",
        "Age of the oldest pending transaction",
        status -> status.oldestPendingMs() / 1e3);
    gauge(
        "followed.height",
        "Height up to which blocks were looked through for transactions",
        UplinkStatus::followed);
    gauge("node.up", "1 while the node answers the uplink", status -> status.nodeUp() ? 1 : 0);
    gauge("backup.bytes", "Bytes that the backup takes", status -> status.store().bytes());
    counter(
        "backup.forces", "Times the backup was forced to disk", status -> status.store().forces());
    ended("committed", status -> status.counts().committed());
    ended("failed", status -> status.counts().failed());
    ended("dropped", status -> status.counts().dropped());
    counter(
        "retries",
        "Times a transaction was queued again after it had been sent",
        status -> status.counts().retries());
  }

  /** Asks the gateway once for all figures. */
  void refresh() {
    if (uplink != null) {
      latest = uplink.status();
    }
  }

  private void tasks(String state, ToDoubleFunction<UplinkStatus> count) {
    Gauge.builder("varve.uplink.tasks", this, metrics -> count.applyAsDouble(metrics.latest))
        .description("Transactions that the uplink holds")
        .tag("state", state)
        .register(registry);
  }

  private void ended(String state, ToDoubleFunction<UplinkStatus> count) {
    FunctionCounter.builder(
            "varve.uplink.ended", this, metrics -> count.applyAsDouble(metrics.latest))
        .description("Transactions that came to a block, to the failed list, or were taken off")
        .tag("state", state)
        .register(registry);
  }

  private void gauge(String name, String description, ToDoubleFunction<UplinkStatus> value) {
    Gauge.builder("varve.uplink." + name, this, metrics -> value.applyAsDouble(metrics.latest))
        .description(description)
        .register(registry);
  }

  private void counter(String name, String description, ToDoubleFunction<UplinkStatus> value) {
    FunctionCounter.builder(
            "varve.uplink." + name, this, metrics -> value.applyAsDouble(metrics.latest))
        .description(description)
        .register(registry);
  }

  @Override
  public void acknowledged(int count, long nanos) {
    acknowledged.record(nanos, TimeUnit.NANOSECONDS);
    transactions.increment(count);
  }

  /** Few words come here, so that few counters are made. */
  @Override
  public void refused(String reason) {
    Counter.builder("varve.uplink.refused")
        .description("Submissions that were not accepted")
        .tag("reason", reason)
        .register(registry)
        .increment();
  }

  @Override
  public void read(Source source, long nanos) {
    Timer timer = source == Source.PENDING ? pendingReads : committedReads;
    timer.record(nanos, TimeUnit.NANOSECONDS);
  }
}
