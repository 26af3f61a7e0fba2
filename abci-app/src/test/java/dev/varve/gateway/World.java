package dev.varve.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.ledger.Transactions;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** A gateway without threads between a simulated node and a backup, in a test's own time. */
final class World implements AutoCloseable {
  final SimClock clock = new SimClock();
  final SimStore.Image image = new SimStore.Image();
  final SimChain chain = new SimChain();
  final SimNode node;
  final GatewayConfig config;
  final Random random;
  SimStore store;
  Gateway gateway;

  World(GatewayConfig config) {
    this(config, 1, 5_000, 10_000);
  }

  World(GatewayConfig config, long seed, int mempool, int cache) {
    this.config = config;
    this.random = new Random(seed);
    this.node = new SimNode(chain, image, mempool, cache);
    open();
  }

  static GatewayConfig config() {
    return GatewayConfig.defaults().withReadWait(Duration.ofNanos(1));
  }

  /** Opens a gateway on what the backup holds. */
  void open() {
    store = new SimStore(image);
    gateway = new Gateway(store, chain.chain, node, config, clock.time(), random);
  }

  /** The process dies and is started again. */
  void crash() {
    node.breakConnection(random.nextInt(3));
    open();
  }

  CompletableFuture<List<TaskStatus>> submit(ByteString tx, boolean ordered, String key) {
    return gateway.submit(List.of(new Submission(tx, ordered, key, false)));
  }

  /** Accepts one that is backed up when this returns. */
  TaskStatus accept(ByteString tx, boolean ordered, String key) {
    CompletableFuture<List<TaskStatus>> result = submit(tx, ordered, key);
    write();
    assertThat(result).isCompleted();
    return result.join().get(0);
  }

  TaskStatus accept(String key, String value) {
    return accept(Transactions.text(key, value), false, "");
  }

  TaskStatus acceptOrdered(String key, String value) {
    return accept(Transactions.text(key, value), true, "");
  }

  void write() {
    while (gateway.backup.step() || gateway.teller.step()) {
      // Whatever there is.
    }
  }

  /** Looks through the blocks that are there. */
  void follow() {
    int doubts = gateway.follower.doubts();
    long visible = chain.chain.height();
    while (gateway.follower.step(visible)) {
      // One block a step.
    }
    gateway.follower.caughtUp(doubts);
    gateway.follower.lookAfter();
    write();
  }

  /** Sends what may be sent now. */
  void send() {
    while (gateway.sender.step()) {
      // One task a step.
    }
    write();
  }

  /** Follows, sends, and commits a block, looked through. */
  void round() {
    follow();
    send();
    node.block(Integer.MAX_VALUE);
    follow();
  }

  /** Rounds, a second each, until nothing is pending. */
  void settle(int mostRounds) {
    for (int i = 0; i < mostRounds && pending() > 0; i++) {
      round();
      clock.advance(Duration.ofSeconds(1));
    }
    assertThat(pending())
        .as("pending after %d rounds: %s", mostRounds, gateway.list(TaskState.QUEUED, 0, 3))
        .isZero();
  }

  int pending() {
    UplinkStatus status = gateway.status();
    return status.queued() + status.inFlight();
  }

  TaskStatus task(long id) {
    return gateway.task(id).orElseThrow();
  }

  String value(String key) {
    return gateway
        .value(ByteString.copyFromUtf8(key), false)
        .value()
        .map(ByteString::toStringUtf8)
        .orElse(null);
  }

  @Override
  public void close() {
    chain.close();
  }
}
