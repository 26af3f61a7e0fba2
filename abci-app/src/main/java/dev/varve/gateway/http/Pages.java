package dev.varve.gateway.http;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The pages that the owner of the server writes. */
final class Pages {
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  private final GatewayPages pages;
  private final Readers readers;
  private final Executor threads;

  Pages(GatewayPages pages, Readers readers, Executor threads) {
    this.pages = pages;
    this.readers = readers;
    this.threads = threads;
  }

  void health(Exchange exchange) {
    page(
        exchange,
        pages.health(),
        health -> exchange.text(health.healthy() ? 200 : 503, TEXT, health.text()));
  }

  void status(Exchange exchange) {
    page(
        exchange,
        pages.status(),
        text -> exchange.json(200, text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Throws {@link V1Failure} where the caller may not read. */
  void metrics(Exchange exchange) {
    exchange.require(Scope.READ);
    page(exchange, pages.metrics(), text -> exchange.text(200, PROMETHEUS, text));
  }

  private <T> void page(Exchange exchange, Supplier<T> content, Consumer<T> write) {
    CompletableFuture<T> read = readers.call(content);
    exchange.watch(read.thenAcceptAsync(write, threads));
  }
}
