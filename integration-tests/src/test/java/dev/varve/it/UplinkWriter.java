package dev.varve.it;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;

/**
 * A client that submits one request after the other, in every way there is, whether the gateway
 * runs or not. A request with idempotency keys is sent until it is answered; of another that was
 * not answered nothing is known. A thread of its own, {@code uplink-writer-N}, until {@link
 * #close}.
 */
final class UplinkWriter implements AutoCloseable {
  private static final int MOST_IN_BATCH = 8;
  private static final int SEQUENCES = 2;
  private static final int REMEMBERED = 200;
  private static final int VALID_BLOCKS = 900;
  private static final int BRIEF_BLOCKS = 5;
  private static final long DOWN_PAUSE_MS = 5;
  private static final long PAUSE_MS = 2;
  private static final long JOIN_MS = 90_000;
  private static final int MIXED_WAYS = 5;

  private final int number;
  private final UplinkHttp http;
  private final AckLog log;
  private final LongSupplier height;
  private final Random random;
  private final Thread thread;
  private final List<LoggedTask> keyed = new ArrayList<>();
  private final long[] ordered = new long[SEQUENCES];
  private long plain;
  private long overwrite;
  private long toggle;
  private volatile boolean closed;
  private volatile Throwable failure;

  /**
   * Starts to submit.
   *
   * @param height about that of the chain, for envelopes
   */
  UplinkWriter(int number, UplinkHttp http, AckLog log, LongSupplier height, long seed) {
    this.number = number;
    this.http = http;
    this.log = log;
    this.height = height;
    this.random = new Random(seed);
    this.thread = new Thread(this::run, "uplink-writer-" + number);
    thread.setDaemon(true);
    thread.start();
  }

  /** A request in one of the ways that there are; answers are taken by {@link #take}. */
  @FunctionalInterface
  private interface Request {
    UplinkHttp.Answer send() throws IOException;
  }

  private void run() {
    try {
      while (!closed) {
        step();
        Pause.ms(PAUSE_MS);
      }
    } catch (RuntimeException | AssertionError e) {
      failure = e;
    }
  }

  private void step() {
    switch (random.nextInt(24)) {
      case 0, 1, 2 -> raw(random.nextBoolean() ? overwrite() : plain(""));
      case 3, 4 -> single(overwrite());
      case 5, 6, 7 -> single(ordered(""));
      case 8 -> raw(ordered(""));
      case 9, 10 -> single(envelope(""));
      case 11 -> single(brief());
      case 12, 13 -> keyed(plain(key()));
      case 14 -> keyed(envelope(key()));
      case 15 -> keyed(ordered(key()));
      case 16, 17 -> batch(false);
      case 18, 19 -> batch(true);
      case 20, 21 -> rpc();
      case 22 -> again();
      default -> {
        if (number == 0) {
          single(LoggedTask.again("t", "" + toggle++ % 2));
        }
      }
    }
  }

  private String key() {
    return "key-" + number + "-" + ++plain;
  }

  private LoggedTask plain(String key) {
    long next = ++plain;
    return LoggedTask.text(LoggedTask.Kind.TEXT, "p" + number + "-" + next, next, key);
  }

  private LoggedTask overwrite() {
    return LoggedTask.text(LoggedTask.Kind.TEXT, "o" + number, ++overwrite, "");
  }

  private LoggedTask ordered(String key) {
    int which = random.nextInt(SEQUENCES);
    String name = "s" + number + "-" + which;
    return LoggedTask.text(LoggedTask.Kind.ORDERED, name, ++ordered[which], key);
  }

  private LoggedTask envelope(String key) {
    long until = height.getAsLong() + VALID_BLOCKS;
    return LoggedTask.envelope(LoggedTask.Kind.ENVELOPE, "e" + number + "-" + ++plain, until, key);
  }

  private LoggedTask brief() {
    long until = height.getAsLong() + 1 + random.nextInt(BRIEF_BLOCKS);
    return LoggedTask.envelope(LoggedTask.Kind.BRIEF, "b" + number + "-" + ++plain, until, "");
  }

  private void single(LoggedTask task) {
    String wait = random.nextInt(8) == 0 ? "mempool" : "backup";
    once(List.of(task), () -> http.submit(task, wait));
  }

  private void raw(LoggedTask task) {
    once(List.of(task), () -> http.submitRaw(task));
  }

  private void keyed(LoggedTask task) {
    remember(task);
    untilAnswered(
        List.of(task),
        random.nextBoolean() ? () -> http.submitRaw(task) : () -> http.submit(task, "backup"));
  }

  private void remember(LoggedTask task) {
    keyed.add(task);
    if (keyed.size() > REMEMBERED) {
      keyed.remove(0);
    }
  }

  private void batch(boolean withKeys) {
    List<LoggedTask> tasks = new ArrayList<>();
    for (int i = 2 + random.nextInt(MOST_IN_BATCH - 1); i > 0; i--) {
      String key = withKeys ? key() : "";
      tasks.add(
          switch (random.nextInt(MIXED_WAYS)) {
            case 0 -> envelope(key);
            case 1, 2 -> ordered(key);
            case 3 -> withKeys ? plain(key) : overwrite();
            default -> plain(key);
          });
    }
    if (withKeys) {
      tasks.forEach(this::remember);
      untilAnswered(tasks, () -> http.submitAll(tasks));
    } else {
      once(tasks, () -> http.submitAll(tasks));
    }
  }

  private void rpc() {
    List<LoggedTask> tasks = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      tasks.add(random.nextInt(3) == 0 ? envelope("") : plain(""));
    }
    String method = random.nextInt(3) == 0 ? "broadcast_tx_sync" : "broadcast_tx_async";
    once(tasks, () -> http.broadcast(method, tasks));
  }

  /** A key that was answered before, in this process of the gateway or in one that is gone. */
  private void again() {
    if (!keyed.isEmpty()) {
      LoggedTask task = keyed.get(random.nextInt(keyed.size()));
      attempt(List.of(task), () -> http.submit(task, "backup"));
    }
  }

  private void once(List<LoggedTask> tasks, Request request) {
    log.add(tasks);
    while (!closed && attempt(tasks, request) == Outcome.NOT_SENT) {
      Pause.ms(DOWN_PAUSE_MS);
    }
  }

  private void untilAnswered(List<LoggedTask> tasks, Request request) {
    log.add(tasks);
    while (!closed && attempt(tasks, request) != Outcome.ANSWERED) {
      Pause.ms(DOWN_PAUSE_MS);
    }
  }

  /** What came of a request. */
  private enum Outcome {
    NOT_SENT,
    UNKNOWN,
    ANSWERED
  }

  private Outcome attempt(List<LoggedTask> tasks, Request request) {
    String began = log.now();
    try {
      UplinkHttp.Answer answer = request.send();
      tasks.forEach(task -> task.sending(began + "sent, " + tasks.size() + " in the request"));
      return take(tasks, answer);
    } catch (ConnectException e) {
      return Outcome.NOT_SENT;
    } catch (HttpTimeoutException e) {
      throw new AssertionError("no answer in time to " + tasks, e);
    } catch (IOException e) {
      tasks.forEach(task -> task.sending(began + "sent, no answer: " + e));
      return Outcome.UNKNOWN;
    }
  }

  private Outcome take(List<LoggedTask> tasks, UplinkHttp.Answer answer) {
    switch (answer.status()) {
      case 200, 202 -> {
        log.accepted(tasks, answer);
        return Outcome.ANSWERED;
      }
      case 429, 503 -> {
        tasks.forEach(task -> task.say(log.now() + "refused: " + answer));
        return Outcome.UNKNOWN;
      }
      case 422 -> {
        if (tasks.size() == 1 && tasks.get(0).kind == LoggedTask.Kind.BRIEF) {
          tasks.get(0).say(log.now() + "refused: " + answer);
          return Outcome.ANSWERED;
        }
        throw new AssertionError("refused for good: " + answer + "\n" + tasks);
      }
      default -> throw new AssertionError("the answer " + answer + "\n" + tasks);
    }
  }

  /** Throws what it found wrong. */
  void requireSound() {
    if (failure != null) {
      throw new AssertionError("a client: " + failure.getMessage(), failure);
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
