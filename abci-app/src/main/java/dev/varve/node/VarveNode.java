package dev.varve.node;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.record.AppliedHeight;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running application: stores, ledger, ABCI server, metrics. Needs a CometBFT node that dials its
 * ABCI address; does not start one.
 *
 * <p>Safe for use from any thread. {@link #close} ends everything within {@link #CLOSE_LIMIT}.
 */
public final class VarveNode implements AutoCloseable {
  /** How long {@link #close} takes at most. */
  public static final Duration CLOSE_LIMIT = Duration.ofSeconds(30);

  private static final Logger log = LoggerFactory.getLogger(VarveNode.class);

  private final Parts parts;
  private final StorageEngine engine;
  private final Supplier<Optional<String>> chainId;
  private final NodeMetrics metrics;
  private final Instant startTime = Instant.now();
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private final CompletableFuture<Void> contact = new CompletableFuture<>();

  VarveNode(
      Parts parts, StorageEngine engine, Supplier<Optional<String>> chainId, NodeMetrics metrics) {
    this.parts = parts;
    this.engine = engine;
    this.chainId = chainId;
    this.metrics = metrics;
  }

  /**
   * Opens a home and serves.
   *
   * @throws NodeException when the home is in use, of another format or damaged, or an address is
   *     taken; nothing stays open then
   */
  public static VarveNode start(NodeHome home, NodeConfig config) {
    home.requireFormat();
    Parts parts = new Parts();
    try {
      GatewaySettings.Http http = config.http();
      Optional<String> status =
          http.enabled() ? Optional.of(http.address().toString()) : Optional.empty();
      parts.add("home's lock", HomeLock.acquire(home.lockFile(), status));
      log.info("version {} starts in {} with {}", Version.current(), home.path(), config);
      return new Wiring(home, config, parts).start();
    } catch (RuntimeException e) {
      parts.close(CLOSE_LIMIT);
      throw e instanceof NodeException
          ? e
          : new NodeException("cannot start in " + home.path() + ": " + e.getMessage(), e);
    }
  }

  /** Completes with the cause when the application has failed and must be started anew. */
  public CompletableFuture<Throwable> failure() {
    return failure.copy();
  }

  /** Completes with the first call of a CometBFT node. */
  public CompletableFuture<Void> contact() {
    return contact.copy();
  }

  /** A CometBFT node has called. */
  void called() {
    contact.complete(null);
  }

  /** How the node fares now. */
  public NodeStatus status() {
    AppliedHeight applied = engine.applied();
    Throwable cause = failure.getNow(null);
    return new NodeStatus(
        Version.current(),
        ProcessHandle.current().pid(),
        startTime,
        chainId.get().orElse(""),
        hex(applied.getAppHash()),
        applied.hasTime() ? instant(applied.getTime()) : null,
        engine.status(),
        metrics.txs(),
        cause == null ? null : Objects.toString(cause.getMessage(), cause.toString()));
  }

  @Override
  public void close() {
    if (parts.close(CLOSE_LIMIT)) {
      log.info("stopped");
    }
  }

  /** The application threw what it may not throw: the node it served is ending. */
  void failed(RuntimeException cause) {
    if (failure.complete(cause)) {
      log.error("the application failed and must be started anew", cause);
    }
  }

  static String hex(ByteString bytes) {
    return HexFormat.of().withUpperCase().formatHex(bytes.toByteArray());
  }

  private static Instant instant(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
  }
}
