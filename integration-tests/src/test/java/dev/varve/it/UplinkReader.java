package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;

/**
 * A client that reads keys of which a write was acknowledged, without pause: while the gateway
 * answers, none is missing, and none is older than what was acknowledged, or read by anyone, before
 * the read began. A thread of its own, {@code uplink-reader-N}, until {@link #close}.
 */
final class UplinkReader implements AutoCloseable {
  private static final int NOT_FOUND = 2;
  private static final long DOWN_PAUSE_MS = 5;
  private static final long JOIN_MS = 90_000;

  private final UplinkHttp http;
  private final AckLog log;
  private final IntSupplier chainFaults;
  private final AtomicLong height;
  private final Random random;
  private final Thread thread;
  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong pending = new AtomicLong();
  private final AtomicLong unavailable = new AtomicLong();
  private volatile boolean closed;
  private volatile Throwable failure;

  /**
   * Starts to read.
   *
   * @param chainFaults odd while the chain may be away, and never the same again after that
   * @param height raised to those that answers tell
   */
  UplinkReader(
      int number,
      UplinkHttp http,
      AckLog log,
      IntSupplier chainFaults,
      AtomicLong height,
      long seed) {
    this.http = http;
    this.log = log;
    this.chainFaults = chainFaults;
    this.height = height;
    this.random = new Random(seed);
    this.thread = new Thread(this::run, "uplink-reader-" + number);
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try {
      while (!closed) {
        String key = log.someKey(random);
        if (key == null) {
          Pause.ms(DOWN_PAUSE_MS);
        } else {
          read(key);
        }
      }
    } catch (RuntimeException | AssertionError e) {
      failure = e;
    }
  }

  private void read(String key) {
    boolean rpc = random.nextInt(4) == 0;
    AtomicLong floor = log.floor(key);
    int faults = chainFaults.getAsInt();
    long least = floor.get();
    String began = log.now();
    UplinkHttp.Answer answer;
    try {
      answer = rpc ? http.abciQuery(key) : http.data(key);
    } catch (IOException e) {
      // Down: nothing is promised.
      Pause.ms(DOWN_PAUSE_MS);
      return;
    }
    if (isUnavailable(answer, rpc)) {
      unavailable.incrementAndGet();
      if (faults % 2 == 0 && faults == chainFaults.getAsInt()) {
        throw wrong(key, least, began, "cannot be read: " + answer);
      }
      return;
    }
    long number = rpc ? numberOfRpc(answer, key, least, began) : number(answer, key, least, began);
    if (number < least) {
      throw wrong(key, least, began, "is older: " + answer);
    }
    floor.accumulateAndGet(number, Math::max);
    answered.incrementAndGet();
    JsonNode found = rpc ? answer.body().path("result").path("response") : answer.body();
    height.accumulateAndGet(found.path("height").asLong(), Math::max);
    if (found.path(rpc ? "info" : "source").asText().equals("pending")) {
      pending.incrementAndGet();
    }
  }

  private static boolean isUnavailable(UplinkHttp.Answer answer, boolean rpc) {
    return rpc ? answer.body().has("error") : answer.status() == 503;
  }

  private long number(UplinkHttp.Answer answer, String key, long least, String began) {
    if (answer.status() != 200) {
      throw wrong(key, least, began, "is missing: " + answer);
    }
    return known(key, answer.body().path("text").asText());
  }

  private long numberOfRpc(UplinkHttp.Answer answer, String key, long least, String began) {
    JsonNode response = answer.body().path("result").path("response");
    if (response.path("code").asInt() == NOT_FOUND) {
      throw wrong(key, least, began, "is missing: " + answer);
    }
    try {
      return known(key, new String(response.path("value").binaryValue(), UTF_8));
    } catch (IOException | NullPointerException e) {
      throw wrong(key, least, began, "is no value: " + answer);
    }
  }

  /** Keys whose values come again have no order that a single read could break. */
  private static long known(String key, String text) {
    return key.startsWith("t") ? 0 : Long.parseLong(text);
  }

  private AssertionError wrong(String key, long least, String began, String what) {
    StringBuilder tasks = new StringBuilder();
    log.tasks().stream()
        .filter(task -> task.key.equals(key))
        .filter(task -> task.number >= least - 3)
        .forEach(task -> tasks.append('\n').append(task));
    return new AssertionError(
        "%s of which %d was due, read at %s, %s%s".formatted(key, least, began, what, tasks));
  }

  /** Reads that found what they had to. */
  long answered() {
    return answered.get();
  }

  /** Those of them that a pending task answered. */
  long ofPending() {
    return pending.get();
  }

  /** Reads that were refused while the chain was away. */
  long unavailable() {
    return unavailable.get();
  }

  /** Throws what it found wrong. */
  void requireSound() {
    if (failure != null) {
      throw new AssertionError("a read: " + failure.getMessage(), failure);
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join(JOIN_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      throw new AssertionError(thread.getName() + " does not end");
    }
  }
}
