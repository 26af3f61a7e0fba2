package dev.varve.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.gateway.Source;
import dev.varve.gateway.Uplink;
import dev.varve.gateway.UplinkCounts;
import dev.varve.gateway.UplinkStatus;
import dev.varve.storage.PendingStats;
import java.lang.reflect.Proxy;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The gateway's figures on the metrics page. */
class UplinkMetricsTest {
  private final NodeMetrics metrics = new NodeMetrics();
  private int asked;

  @AfterEach
  void tearDown() {
    metrics.close();
  }

  @Test
  void shouldShowHowTheGatewayFares() {
    metrics.observe(uplink());
    asked = 0;

    assertThat(metrics.scrape().lines())
        .contains(
            "varve_uplink_tasks{state=\"accepting\"} 1.0",
            "varve_uplink_tasks{state=\"queued\"} 2.0",
            "varve_uplink_tasks{state=\"sent\"} 3.0",
            "varve_uplink_tasks{state=\"in_mempool\"} 4.0",
            "varve_uplink_tasks{state=\"failed\"} 5.0",
            "varve_uplink_pending_bytes 6.0",
            "varve_uplink_oldest_seconds 0.5",
            "varve_uplink_followed_height 8.0",
            "varve_uplink_node_up 1.0",
            "varve_uplink_backup_bytes 9.0",
            "varve_uplink_backup_forces_total 11.0",
            "varve_uplink_ended_total{state=\"committed\"} 12.0",
            "varve_uplink_ended_total{state=\"failed\"} 13.0",
            "varve_uplink_ended_total{state=\"dropped\"} 14.0",
            "varve_uplink_retries_total 15.0");
    assertThat(asked).as("times it was asked for one page").isEqualTo(1);
  }

  @Test
  void shouldCountLatenciesInBuckets() {
    metrics.requests().acknowledged(3, Duration.ofMillis(4).toNanos());
    metrics.requests().acknowledged(1, Duration.ofMillis(19).toNanos());
    metrics.requests().acknowledged(1, Duration.ofSeconds(60).toNanos());
    metrics.requests().read(Source.PENDING, 99_000);
    metrics.requests().read(Source.COMMITTED, 101_000);
    metrics.requests().refused("busy");
    metrics.requests().refused("busy");

    assertThat(metrics.scrape().lines())
        .contains(
            "# TYPE varve_uplink_ack_seconds histogram",
            "varve_uplink_ack_seconds_bucket{le=\"0.0025\"} 0",
            "varve_uplink_ack_seconds_bucket{le=\"0.005\"} 1",
            "varve_uplink_ack_seconds_bucket{le=\"0.02\"} 2",
            "varve_uplink_ack_seconds_bucket{le=\"10.0\"} 2",
            "varve_uplink_ack_seconds_bucket{le=\"+Inf\"} 3",
            "varve_uplink_ack_seconds_count 3",
            "varve_uplink_ack_seconds_sum 60.023",
            "varve_uplink_acknowledged_total 5.0",
            "# TYPE varve_uplink_read_seconds histogram",
            "varve_uplink_read_seconds_bucket{source=\"pending\",le=\"1.0E-4\"} 1",
            "varve_uplink_read_seconds_bucket{source=\"committed\",le=\"1.0E-4\"} 0",
            "varve_uplink_read_seconds_bucket{source=\"committed\",le=\"2.5E-4\"} 1",
            "varve_uplink_read_seconds_count{source=\"pending\"} 1",
            "varve_uplink_refused_total{reason=\"busy\"} 2.0");
  }

  private Uplink uplink() {
    UplinkStatus status =
        new UplinkStatus(
            1,
            2,
            7,
            4,
            5,
            6,
            500,
            8,
            true,
            "",
            new PendingStats("disk", 9, 10, 11),
            new UplinkCounts(12, 13, 14, 15));
    return (Uplink)
        Proxy.newProxyInstance(
            Uplink.class.getClassLoader(),
            new Class<?>[] {Uplink.class},
            (proxy, method, arguments) -> {
              if (!method.getName().equals("status")) {
                throw new UnsupportedOperationException(method.getName());
              }
              asked++;
              return status;
            });
  }
}
