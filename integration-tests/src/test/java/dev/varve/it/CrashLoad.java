package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.varve.testnet.CometRpc;
import dev.varve.testnet.TestnetException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sends transactions from several threads, whether the node runs or not, and remembers which of
 * them it saw committed, and where.
 */
final class CrashLoad implements AutoCloseable {
  private static final int THREADS = 8;
  private static final long RETRY_MS = 20;
  private static final long JOIN_MS = 40_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final CometRpc rpc;
  private final Map<String, Committed> committed = new ConcurrentHashMap<>();
  private final AtomicLong counter = new AtomicLong();
  private final AtomicLong lastSeenHeight = new AtomicLong();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closed;

  /** A transaction that the node said is in a block. */
  private record Committed(String key, String value, long height, int code) {}

  CrashLoad(CometRpc rpc) {
    this.rpc = rpc;
    for (int i = 0; i < THREADS; i++) {
      Thread thread = new Thread(this::run, "load-" + i);
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  /** The highest block that a committed transaction was seen in. */
  long lastSeenHeight() {
    return lastSeenHeight.get();
  }

  /**
   * Asks Varve for the transactions that were seen committed in these blocks.
   *
   * @return how many there are
   */
  int requireCommitted(long fromHeight, long toHeight) {
    Map<String, Committed> asked = new HashMap<>(committed);
    asked.values().removeIf(tx -> tx.height() < fromHeight || tx.height() > toHeight);
    asked.forEach(this::requireCommitted);
    return asked.size();
  }

  private void requireCommitted(String hash, Committed tx) {
    JsonNode found = query("/tx/" + hash, "");
    JsonNode document;
    try {
      document = JSON.readTree(found.path("value").binaryValue());
    } catch (IOException e) {
      throw new AssertionError("no JSON in " + found, e);
    }
    if (document.path("height").asLong() != tx.height()
        || document.path("tx_result").path("code").asInt() != tx.code()) {
      throw new AssertionError("committed was " + tx + ", found is " + document);
    }
    JsonNode value = query("", tx.key());
    try {
      if (!new String(value.path("value").binaryValue(), UTF_8).equals(tx.value())) {
        throw new AssertionError("committed was " + tx + ", the state says " + value);
      }
    } catch (IOException e) {
      throw new AssertionError("no value in " + value, e);
    }
  }

  private JsonNode query(String path, String data) {
    JsonNode found = rpc.abciQuery(path, data);
    if (found.path("code").asInt() != 0) {
      throw new AssertionError("missing after a crash: " + path + " " + data + ": " + found);
    }
    return found;
  }

  private void run() {
    while (!closed) {
      long number = counter.incrementAndGet();
      String key = "k" + number;
      String value = "v" + number;
      byte[] tx =
          number % 2 == 0
              ? (key + "=" + value).getBytes(UTF_8)
              : Envelopes.put(key, value, lastSeenHeight.get() + 500);
      try {
        JsonNode sent = rpc.broadcastTxCommit(tx);
        long height = sent.path("height").asLong();
        int code = sent.path("tx_result").path("code").asInt();
        if (height > 0 && code == 0) {
          committed.put(sent.path("hash").asText(), new Committed(key, value, height, code));
          lastSeenHeight.accumulateAndGet(height, Math::max);
        }
      } catch (TestnetException e) {
        // The node is down, or went down: whether this one is committed nobody has promised.
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(RETRY_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed = true;
    for (Thread thread : threads) {
      try {
        thread.join(JOIN_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
