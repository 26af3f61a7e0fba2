package dev.varve.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.ledger.Transactions;
import dev.varve.storage.StorageException;
import dev.varve.storage.fault.Seeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Steps of the gateway, of a node and of clients in an order that a seed chooses, with every fault
 * between them; then all is mended, and what was acknowledged must be in the chain.
 */
class SimulationTest {
  private static final int RUNS = 60;
  private static final int FULL_RUNS = 2_000;
  private static final int STEPS = 1_500;

  @Test
  void shouldKeepEveryAcknowledgedTaskThroughAnyFault() {
    long seed = Seeds.seed(getClass());
    Random seeds = new Random(seed);
    int runs = Seeds.full() ? FULL_RUNS : RUNS;
    for (int i = 0; i < runs; i++) {
      long own = seeds.nextLong();
      try (Run run = new Run(own)) {
        run.play();
      } catch (Throwable e) {
        throw new AssertionError("run " + i + " with seed " + seed, e);
      }
    }
  }

  /** One that submits, and remembers what it was told. */
  private record Submitted(
      ByteString tx, long version, String key, CompletableFuture<List<TaskStatus>> result) {}

  private static final class Run implements AutoCloseable {
    private static final int VERSIONED_KEYS = 3;

    private final World world;
    private final Random random;
    private final List<Submitted> waiting = new ArrayList<>();
    private final List<Submitted> acknowledged = new ArrayList<>();
    private final long[] lastSubmitted = new long[VERSIONED_KEYS];
    private final long[] lastAcknowledged = new long[VERSIONED_KEYS];
    private final long[] lastRead = new long[VERSIONED_KEYS];
    private int plain;

    Run(long seed) {
      random = new Random(seed);
      GatewayConfig config = World.config();
      GatewayConfig.Retries retries =
          new GatewayConfig.Retries(
              3, Duration.ofSeconds(30), 100_000, Duration.ofMillis(200), Duration.ofSeconds(30));
      GatewayConfig.Backup backup =
          config
              .backup()
              .withDeletePeriod(random.nextBoolean() ? Duration.ZERO : Duration.ofSeconds(20));
      world =
          new World(
              config.withRetries(retries).withBackup(backup),
              random.nextLong(),
              random.nextInt(3) == 0 ? 4 : 1_000,
              random.nextInt(2) == 0 ? 5 : 20);
    }

    void play() {
      for (int i = 0; i < STEPS; i++) {
        try {
          step();
        } catch (SimStore.Crash e) {
          crash();
        }
        collect();
        read(random.nextInt(VERSIONED_KEYS));
      }
      mend();
      check();
    }

    private void step() {
      switch (random.nextInt(16)) {
        case 0, 1, 2 -> submit();
        case 3, 4, 5 -> world.gateway.backup.step();
        case 6, 7, 8 -> world.gateway.sender.step();
        case 9, 10 -> world.gateway.follower.step(world.chain.chain.height());
        case 11 -> catchUp();
        case 12 -> world.gateway.teller.step();
        case 13 -> world.node.answer();
        case 14 -> block();
        default -> fault();
      }
      world.clock.advance(Duration.ofMillis(random.nextInt(400)));
    }

    private void block() {
      boolean proposes = random.nextBoolean();
      long height = world.chain.height() + 1;
      world.node.block(
          1 + random.nextInt(5), proposes ? world.gateway.toPropose(height) : List.of());
    }

    private void catchUp() {
      int doubts = world.gateway.follower.doubts();
      long visible = world.chain.chain.height();
      boolean all = true;
      while (all && world.gateway.follower.step(visible)) {
        all = random.nextInt(10) > 0;
      }
      if (all) {
        world.gateway.follower.caughtUp(doubts);
      }
      world.gateway.follower.lookAfter();
    }

    private void fault() {
      switch (random.nextInt(10)) {
        case 0 -> world.node.mood = SimNode.Mood.DOWN;
        case 1 -> world.node.mood = SimNode.Mood.ERRORS;
        case 2, 3 -> world.node.mood = SimNode.Mood.SLOW;
        case 4, 5 -> world.node.mood = SimNode.Mood.PROMPT;
        case 6 -> world.node.restart();
        case 7 -> world.node.evict(random.nextInt(10));
        case 8 ->
            world.store.failure =
                random.nextBoolean() ? null : new StorageException.DiskFull("full", null);
        default -> {
          switch (random.nextInt(3)) {
            case 0 -> world.store.crashBefore = true;
            case 1 -> world.store.crashAfter = true;
            default -> crash();
          }
        }
      }
    }

    private void crash() {
      collect();
      waiting.clear();
      world.crash();
    }

    private void submit() {
      switch (random.nextInt(4)) {
        case 0 -> versioned(random.nextInt(VERSIONED_KEYS));
        case 1 ->
            // The same few texts again and again, ordered or not.
            submit(
                Transactions.text("again" + random.nextInt(2), "" + random.nextInt(2)),
                random.nextBoolean(),
                0,
                "");
        case 2 ->
            submit(
                Transactions.envelope(world.chain.height() + 900)
                    .put(ByteString.copyFromUtf8("e" + random.nextInt(30)), ByteString.EMPTY)
                    .build(),
                random.nextBoolean(),
                0,
                "");
        default -> submit(Transactions.text("p" + ++plain, "1"), false, 0, "");
      }
    }

    private void versioned(int key) {
      long version = ++lastSubmitted[key];
      submit(Transactions.text("v" + key, "" + version), true, version, "v" + key);
    }

    private void submit(ByteString tx, boolean ordered, long version, String key) {
      waiting.add(new Submitted(tx, version, key, world.submit(tx, ordered, "")));
    }

    /** What clients were told since the last time. */
    private void collect() {
      for (Submitted each : List.copyOf(waiting)) {
        if (!each.result.isDone()) {
          continue;
        }
        waiting.remove(each);
        if (!each.result.isCompletedExceptionally()) {
          acknowledged.add(each);
          if (!each.key.isEmpty()) {
            int key = each.key.charAt(1) - '0';
            lastAcknowledged[key] = Math.max(lastAcknowledged[key], each.version);
          }
        }
      }
    }

    /** A read finds what was acknowledged, and nothing older than a read before. */
    private void read(int key) {
      String value = world.value("v" + key);
      long version = value == null ? 0 : Long.parseLong(value);
      assertThat(version)
          .as(
              "v%d after version %d was acknowledged and %d read",
              key, lastAcknowledged[key], lastRead[key])
          .isGreaterThanOrEqualTo(Math.max(lastAcknowledged[key], lastRead[key]));
      lastRead[key] = version;
    }

    private void mend() {
      world.store.failure = null;
      world.store.crashBefore = false;
      world.store.crashAfter = false;
      world.node.mood = SimNode.Mood.PROMPT;
      world.node.answerAll();
      world.write();
      for (int i = 0; i < 3_000 && world.pending() > 0; i++) {
        world.clock.advance(Duration.ofSeconds(1));
        // Others' transactions push what is refused out of the node's cache.
        for (int j = 0; j < 3; j++) {
          world.accept("filler" + i + "-" + j, "1");
        }
        world.round();
        for (int key = 0; key < VERSIONED_KEYS; key++) {
          read(key);
        }
      }
      collect();
      world.settle(100);
    }

    private void check() {
      Map<ByteString, Integer> wanted = new HashMap<>();
      acknowledged.forEach(each -> wanted.merge(each.tx, 1, Integer::sum));
      wanted.forEach(
          (tx, times) -> {
            long successes = world.chain.of(tx).stream().filter(each -> each.code() == 0).count();
            if (tx.byteAt(0) == 1) {
              assertThat(successes).as("an envelope").isEqualTo(1);
            } else {
              assertThat(successes).as(tx.toStringUtf8()).isGreaterThanOrEqualTo(times);
            }
          });
      for (int key = 0; key < VERSIONED_KEYS; key++) {
        assertInOrder("v" + key + "=");
      }
      assertThat(world.image.failed).isEmpty();
      world.clock.advance(Duration.ofMinutes(1));
      world.write();
      assertThat(world.image.tasks).isEmpty();
    }

    /** First inclusions of ordered versions are in order: a crash may only repeat. */
    private void assertInOrder(String prefix) {
      List<Long> versions =
          world.chain.inclusions.stream()
              .map(each -> each.tx().toStringUtf8())
              .filter(text -> text.startsWith(prefix))
              .map(text -> Long.parseLong(text.substring(prefix.length())))
              .toList();
      assertThat(versions).as(prefix).isSorted();
    }

    @Override
    public void close() {
      world.close();
    }
  }
}
