package dev.varve.gateway.http;

import java.util.function.Supplier;

/**
 * Pages that the owner of a server writes; each is asked on a reading thread and may be slow.
 *
 * @param metrics in Prometheus' text format
 * @param health 200 or 503, and a line that says why
 * @param status a JSON object
 */
public record GatewayPages(
    Supplier<String> metrics, Supplier<Health> health, Supplier<String> status) {
  /** How the owner fares. */
  public record Health(boolean healthy, String text) {}
}
