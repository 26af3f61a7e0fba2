package dev.varve.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.ledger.Transactions;
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
 * Three gateways on one backup before one node, in an order that a seed chooses: they are killed,
 * stand still until others have taken them over, and lose the database. Then all is mended, and
 * what was acknowledged must be in the chain, envelopes once, ordered versions first in order.
 */
class SharedSimulationTest {
  private static final int RUNS = 40;
  private static final int FULL_RUNS = 2_000;
  private static final int STEPS = 2_000;
  private static final int GATEWAYS = 3;
  private static final List<SimNode.Mood> MOODS = List.of(SimNode.Mood.values());
  private static final Duration RENEWAL = SharedBackup.LEASE.dividedBy(5);

  @Test
  void shouldKeepEveryAcknowledgedTaskWhicheverGatewayGoes() {
    long seed = Seeds.seed(getClass());
    Random seeds = new Random(seed);
    int runs = Seeds.full() ? FULL_RUNS : RUNS;
    for (int i = 0; i < runs; i++) {
      long own = seeds.nextLong();
      try (Run run = new Run(own)) {
        run.play();
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("run " + i + " with seed " + seed, e);
      }
    }
  }

  /** What a client was promised once the result is there; a version is of the gateway's own key. */
  private record Submitted(
      ByteString tx, int at, long version, CompletableFuture<List<TaskStatus>> result) {}

  /** One gateway, with its process. */
  private static final class Site {
    private final String home;
    private SharedBackup.View store;
    private Gateway gateway;
    private long standsUntilNanos;
    private long renewedNanos;

    // Of the key that only this gateway's client writes.
    private long lastSubmitted;
    private long lastAcknowledged;
    private long lastRead;

    Site(String home) {
      this.home = home;
    }
  }

  private static final class Run implements AutoCloseable {
    private final Random random;
    private final SimClock clock = new SimClock();
    private final SharedBackup backup = new SharedBackup(() -> clock.now().toNanos());
    private final SimChain chain = new SimChain();
    private final SimNode node;
    private final GatewayConfig config;
    private final List<Site> sites = new ArrayList<>();
    private final List<Submitted> waiting = new ArrayList<>();
    private final List<Submitted> acknowledged = new ArrayList<>();
    private int plain;

    Run(long seed) {
      random = new Random(seed);
      node = new SimNode(chain, backup.accepted, random.nextInt(3) == 0 ? 4 : 1_000, 20);
      GatewayConfig standard = World.config();
      GatewayConfig.Retries retries =
          new GatewayConfig.Retries(
              3, Duration.ofSeconds(30), 100_000, Duration.ofMillis(200), Duration.ofSeconds(30));
      config =
          standard
              .withRetries(retries)
              .withBackup(standard.backup().withSharePeriod(Duration.ofMillis(50)));
      for (int i = 0; i < GATEWAYS; i++) {
        sites.add(new Site("home" + i));
        start(sites.get(i));
      }
    }

    /** Only while the database answers. */
    private void start(Site site) {
      site.store = backup.open(site.home);
      site.gateway = new Gateway(site.store, chain.chain, node, config, clock.time(), random);
      site.gateway.sharing.step();
      site.renewedNanos = clock.now().toNanos();
    }

    void play() {
      for (int i = 0; i < STEPS; i++) {
        Site site = sites.get(random.nextInt(GATEWAYS));
        if (site.standsUntilNanos <= clock.now().toNanos()) {
          step(site);
          read(site);
        }
        world();
        clock.advance(Duration.ofMillis(random.nextInt(60)));
        renew();
        collect();
      }
      mend();
      check();
    }

    private void step(Site site) {
      Gateway gateway = site.gateway;
      switch (random.nextInt(14)) {
        case 0, 1, 2 -> submit(site);
        case 3, 4, 5 -> gateway.backup.step();
        case 6, 7 -> gateway.sender.step();
        case 8 -> gateway.follower.step(chain.chain.height());
        case 9, 10 -> follow(site, random.nextInt(4) > 0);
        case 11 -> gateway.teller.step();
        default -> gateway.share();
      }
    }

    private void follow(Site site, boolean all) {
      int doubts = site.gateway.follower.doubts();
      long visible = chain.chain.height();
      boolean more = site.gateway.follower.step(visible);
      while (more && all) {
        more = site.gateway.follower.step(visible);
      }
      if (!more) {
        site.gateway.follower.caughtUp(doubts);
      }
      site.gateway.follower.lookAfter();
    }

    private void submit(Site site) {
      int at = sites.indexOf(site);
      switch (random.nextInt(3)) {
        case 0 -> {
          long version = ++site.lastSubmitted;
          submit(site, Transactions.text("v" + at, "" + version), true, version);
        }
        case 1 ->
            submit(
                site,
                Transactions.envelope(chain.height() + 900)
                    .put(ByteString.copyFromUtf8("e" + random.nextInt(30)), ByteString.EMPTY)
                    .build(),
                false,
                0);
        default -> submit(site, Transactions.text("p" + ++plain, "1"), random.nextBoolean(), 0);
      }
    }

    private void submit(Site site, ByteString tx, boolean ordered, long version) {
      CompletableFuture<List<TaskStatus>> result =
          site.gateway.submit(List.of(new Submission(tx, ordered, "", false)));
      waiting.add(new Submitted(tx, sites.indexOf(site), version, result));
    }

    private void world() {
      switch (random.nextInt(60)) {
        // So few that whoever stands still misses fewer than RecentInclusions has.
        case 0, 1 -> node.block(1 + random.nextInt(5), proposed());
        case 8, 9, 10 -> node.answer();
        case 11 -> node.mood = MOODS.get(random.nextInt(MOODS.size()));
        case 12, 13 -> node.mood = SimNode.Mood.PROMPT;
        case 14 -> node.evict(random.nextInt(10));
        case 15 -> backup.down = random.nextInt(4) == 0;
        case 16 -> backup.down = false;
        default -> {
          if (random.nextInt(40) == 0) {
            fault(sites.get(random.nextInt(GATEWAYS)));
          }
        }
      }
    }

    private List<ByteString> proposed() {
      return sites.get(random.nextInt(GATEWAYS)).gateway.toPropose(chain.height() + 1);
    }

    private void fault(Site site) {
      long lease = SharedBackup.LEASE.toNanos();
      if (random.nextBoolean()) {
        // Of a pause of the process, or of its machine.
        site.standsUntilNanos = clock.now().toNanos() + random.nextLong(2 * lease);
        return;
      }
      collect();
      waiting.removeIf(each -> sites.get(each.at) == site);
      node.breakConnection(random.nextInt(3));
      backup.down = false;
      clock.advance(Duration.ofNanos(random.nextLong(lease)));
      for (Site other : sites) {
        if (other != site && random.nextBoolean()) {
          other.gateway.share();
        }
      }
      start(site);
    }

    /** What the store's own thread does, late at times. */
    private void renew() {
      long now = clock.now().toNanos();
      for (Site site : sites) {
        boolean due = now - site.renewedNanos >= RENEWAL.toNanos();
        if (due && site.standsUntilNanos <= now && random.nextInt(3) > 0) {
          site.store.renew();
          site.renewedNanos = now;
        }
      }
    }

    private void collect() {
      for (Submitted each : List.copyOf(waiting)) {
        if (!each.result.isDone()) {
          continue;
        }
        waiting.remove(each);
        if (!each.result.isCompletedExceptionally()) {
          acknowledged.add(each);
          Site site = sites.get(each.at);
          site.lastAcknowledged = Math.max(site.lastAcknowledged, each.version);
        }
      }
    }

    /** A read finds what was acknowledged here, and nothing older than a read before. */
    private void read(Site site) {
      String key = "v" + sites.indexOf(site);
      String value =
          site.gateway
              .value(ByteString.copyFromUtf8(key), false)
              .value()
              .map(ByteString::toStringUtf8)
              .orElse("0");
      long version = Long.parseLong(value);
      assertThat(version)
          .as("%s, %d acknowledged, %d read", key, site.lastAcknowledged, site.lastRead)
          .isGreaterThanOrEqualTo(Math.max(site.lastAcknowledged, site.lastRead));
      site.lastRead = version;
    }

    private void mend() {
      backup.down = false;
      node.mood = SimNode.Mood.PROMPT;
      node.answerAll();
      for (int i = 0; i < 2_000 && !backup.held().isEmpty(); i++) {
        clock.advance(RENEWAL);
        // Others' transactions push what is refused out of the node's cache.
        ByteString filler = Transactions.text("filler" + i, "1");
        submit(sites.get(0), filler, false, 0);
        for (Site site : sites) {
          site.store.renew();
          site.gateway.share();
          work(site);
        }
        node.block(Integer.MAX_VALUE, proposed());
        for (Site site : sites) {
          work(site);
          read(site);
        }
      }
      collect();
    }

    private void work(Site site) {
      Gateway gateway = site.gateway;
      while (gateway.backup.step() || gateway.teller.step()) {
        // Whatever there is.
      }
      follow(site, true);
      while (gateway.sender.step()) {
        // One task a step.
      }
      while (gateway.backup.step() || gateway.teller.step()) {
        // Whatever there is.
      }
    }

    private void check() {
      assertThat(backup.held()).as("tasks that nobody brings into a block").isEmpty();
      Map<ByteString, Integer> wanted = new HashMap<>();
      acknowledged.forEach(each -> wanted.merge(each.tx, 1, Integer::sum));
      wanted.forEach(
          (tx, times) -> {
            long successes = chain.of(tx).stream().filter(each -> each.code() == 0).count();
            if (tx.byteAt(0) == 1) {
              assertThat(successes).as("an envelope").isEqualTo(1);
            } else {
              assertThat(successes).as(tx.toStringUtf8()).isPositive();
            }
          });
      for (int i = 0; i < GATEWAYS; i++) {
        String prefix = "v" + i + "=";
        List<Long> versions =
            chain.inclusions.stream()
                .map(each -> each.tx().toStringUtf8())
                .filter(text -> text.startsWith(prefix))
                .map(text -> Long.parseLong(text.substring(prefix.length())))
                .distinct() // where one gateway after the other goes, one may be sent again late
                .toList();
        assertThat(versions).as(prefix).isSorted();
      }
    }

    @Override
    public void close() {
      chain.close();
    }
  }
}
