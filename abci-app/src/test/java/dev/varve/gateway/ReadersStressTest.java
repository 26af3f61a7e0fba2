package dev.varve.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.varve.ledger.Transactions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The gateway with its threads: readers poll without pause while tasks overwrite few keys. */
class ReadersStressTest {
  private static final int TASKS = 10_000;
  private static final int KEYS = 20;
  private static final int WRITERS = 4;
  private static final int READERS = 2;

  private final SimChain chain = new SimChain();
  private final SimStore.Image image = new SimStore.Image();
  private final SimNode node = new SimNode(chain, image, 5_000, 100_000);
  private final AtomicLongArray acknowledged = new AtomicLongArray(KEYS);
  private final AtomicLongArray submitted = new AtomicLongArray(KEYS);
  private final AtomicBoolean over = new AtomicBoolean();

  @Test
  @Timeout(value = 120)
  void shouldNeverAnswerAnOlderValueAfterANewerOne()
      throws InterruptedException, ExecutionException {
    chain.betweenAnnouncedAndSeen = () -> LockSupport.parkNanos(200_000);
    Gateway gateway =
        new Gateway(
            new SimStore(image),
            chain.chain,
            node,
            GatewayConfig.defaults(),
            new Time(InstantSource.system(), System::nanoTime),
            new Random());
    gateway.start();
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS + READERS + 1);
    try {
      Future<?> blocks = threads.submit(this::makeBlocks);
      List<Future<Long>> readers = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        int offset = i;
        readers.add(threads.submit(() -> read(gateway, offset)));
      }
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        int first = i;
        writers.add(threads.submit(() -> write(gateway, first)));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
      while (gateway.status().queued() + gateway.status().inFlight() > 0) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
      over.set(true);
      for (Future<Long> reader : readers) {
        assertThat(reader.get()).isPositive();
      }
      blocks.get();
      assertThat(chain.inclusions).hasSize(TASKS);
      for (int key = 0; key < KEYS; key++) {
        assertThat(chain.value("k" + key)).isEqualTo("" + submitted.get(key));
      }
    } finally {
      over.set(true);
      threads.shutdownNow();
      gateway.close();
      chain.close();
    }
  }

  private void makeBlocks() {
    while (!over.get()) {
      node.block(500);
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** One writer a key: versions are submitted in order, many at a time. */
  private void write(Gateway gateway, int first) {
    for (int version = 1; version <= TASKS / KEYS; version++) {
      for (int key = first; key < KEYS; key += WRITERS) {
        long number = submitted.incrementAndGet(key);
        int of = key;
        Submission submission =
            new Submission(Transactions.text("k" + key, "" + number), false, "", false);
        List<TaskStatus> accepted = gateway.submit(List.of(submission)).join();
        assertThat(accepted).hasSize(1);
        acknowledged.accumulateAndGet(of, number, Math::max);
      }
    }
  }

  private long read(Gateway gateway, int offset) {
    long[] last = new long[KEYS];
    long reads = 0;
    while (!over.get()) {
      int key = (int) ((reads + offset) % KEYS);
      long atLeast = Math.max(last[key], acknowledged.get(key));
      Value value = gateway.value(ByteString.copyFromUtf8("k" + key), false);
      long version = value.value().map(each -> Long.parseLong(each.toStringUtf8())).orElse(0L);
      assertThat(version).as("k%d, %s", key, value).isGreaterThanOrEqualTo(atLeast);
      last[key] = version;
      reads++;
    }
    return reads;
  }
}
