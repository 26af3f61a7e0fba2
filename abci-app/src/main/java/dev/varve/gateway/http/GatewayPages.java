package dev.varve.gateway.http;

import java.util.function.Supplier;

/**
 * What the owner of a server shows by it; each page is asked for on a reading thread and may be
 * slow.
 *
 * @param metrics in Prometheus' text format
 * @param health 200 or 503, and a line that says why
 * @param status a JSON object
 * @param meter is told what {@code metrics} shows of requests
 */
public record GatewayPages(
    Supplier<String> metrics,
    Supplier<Health> health,
    Supplier<String> status,
    GatewayMeter meter) {
  /** How the owner fares. */
  public record Health(boolean healthy, String text) {}
}
