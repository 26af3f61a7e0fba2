package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.varve.abci.AbciClient;
import dev.varve.abci.types.Request;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.ledger.Transactions;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Reads what a {@link FedCluster} has committed, over and over, as clients do: none may be missing,
 * wrong or older than what was committed when it was asked for.
 *
 * <p>A thread of its own, {@code read-watch}, until {@link #close}, which throws what it found.
 */
final class ReadWatch implements AutoCloseable {
  private static final int OK = 0;
  private static final int UNAVAILABLE = 4;
  private static final int DOCUMENTS = 20;
  private static final long JOIN_MS = 60_000;
  private static final long PAUSE_NANOS = 1_000_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Whether every server with a record may be away. */
  enum Reads {
    /** All are answered. */
    ANSWERED,
    /** Those of state are; of blocks and transactions some may be refused as unavailable. */
    REFUSED_AT_TIMES
  }

  private final FedCluster chain;
  private volatile Reads allowed;
  private final Random random;
  private final AbciClient client;
  private final Thread thread = new Thread(this::run, "read-watch");
  private volatile boolean closed;
  private final AtomicLong documents = new AtomicLong();
  private long answered;
  private long refused;
  private volatile Throwable failure;

  ReadWatch(FedCluster chain, Reads allowed, long seed) throws IOException {
    this.chain = chain;
    this.allowed = allowed;
    this.random = new Random(seed);
    this.client = AbciClient.connect(chain.config().abci().address());
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try {
      while (!closed) {
        if (chain.committed() > 0) {
          read();
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    } catch (IOException | RuntimeException | AssertionError e) {
      failure = e;
    }
  }

  private void read() throws IOException {
    long before = chain.committed();
    long height = 1L + random.nextInt((int) before);
    int quarter = random.nextInt(FedHome.TXS / 4) * 4;
    switch (random.nextInt(6)) {
      case 0 -> latest(quarter + 2, before);
      case 1 -> asOf(quarter + 2, height);
      case 2 -> written(quarter + 3, height);
      case 3 -> transaction(quarter + 3, height);
      case 4 -> repeated(quarter, before);
      // A block's document lists all its transactions: slow where they are large.
      default -> block(chain.txs(height) == FedHome.TXS ? height : before);
    }
  }

  /** A key that every block writes over. */
  private void latest(int i, long before) throws IOException {
    ResponseQuery answer = query("", "over" + i, 0);
    require(answer.getCode() == OK, "over" + i, answer);
    String value = answer.getValue().toString(UTF_8);
    long height = Long.parseLong(value.substring(0, value.indexOf('-')));
    require(height >= before && value.equals(FedHome.value(height, i)), "of " + before, answer);
    answered++;
  }

  private void asOf(int i, long height) throws IOException {
    ResponseQuery answer = query("", "over" + i, height);
    require(answer.getCode() == OK, "over" + i + " as of " + height, answer);
    String value = answer.getValue().toString(UTF_8);
    require(value.equals(FedHome.value(height, i)), "as of " + height, answer);
    answered++;
  }

  /** A key that one block has written. */
  private void written(int i, long height) throws IOException {
    ResponseQuery answer = query("", "k" + height + "-" + i, 0);
    require(answer.getCode() == OK, "key of block " + height, answer);
    require(answer.getValue().toString(UTF_8).equals(FedHome.value(height, i)), "value", answer);
    answered++;
  }

  private void transaction(int i, long height) throws IOException {
    ByteString tx = FedHome.block(height).getTxs(i);
    JsonNode document = document("/tx/" + hash(tx));
    if (document != null) {
      require(document.path("height").asLong() == height, "height of " + height, document);
      require(document.path("index").asInt() == i, "index " + i, document);
      byte[] bytes = document.path("tx").binaryValue();
      require(ByteString.copyFrom(bytes).equals(tx), "the bytes", document);
    }
  }

  /** Bytes that come again with each block: found is the last inclusion. */
  private void repeated(int i, long before) throws IOException {
    ByteString tx = FedHome.block(before).getTxs(i);
    JsonNode document = document("/tx/" + hash(tx));
    if (document != null) {
      require(document.path("height").asLong() >= before, "not before " + before, document);
    }
  }

  private void block(long height) throws IOException {
    JsonNode document = document("/block/" + height);
    if (document != null) {
      require(document.path("height").asLong() == height, "height " + height, document);
      int txs = chain.txs(height);
      require(document.path("txs").size() == txs, txs + " transactions", document);
    }
  }

  private static String hash(ByteString tx) {
    return TestNode.hex(Transactions.hash(tx).toByteArray());
  }

  /** Null where it is unavailable, and may be. */
  private JsonNode document(String path) throws IOException {
    Reads before = allowed;
    ResponseQuery answer = query(path, "", 0);
    if (answer.getCode() == UNAVAILABLE && before == Reads.REFUSED_AT_TIMES) {
      refused++;
      return null;
    }
    require(answer.getCode() == OK, path, answer);
    answered++;
    documents.incrementAndGet();
    return JSON.readTree(answer.getValue().toByteArray());
  }

  private ResponseQuery query(String path, String data, long height) throws IOException {
    RequestQuery.Builder query = RequestQuery.newBuilder().setPath(path).setHeight(height);
    query.setData(ByteString.copyFromUtf8(data));
    return client.call(Request.newBuilder().setQuery(query).build()).getQuery();
  }

  /** Servers are back: from now on all reads are answered, and some of each kind have been. */
  void requireAnswered() throws InterruptedException {
    allowed = Reads.ANSWERED;
    long due = documents.get() + DOCUMENTS;
    long end = System.nanoTime() + FedCluster.LIMIT.toNanos();
    while (documents.get() < due && failure == null) {
      if (System.nanoTime() > end) {
        throw new AssertionError(due - documents.get() + " reads of blocks are still to come");
      }
      Thread.sleep(5);
    }
  }

  private static void require(boolean holds, String what, Object answer) {
    if (!holds) {
      String text = answer.toString();
      throw new AssertionError(
          what + " was due, the answer is " + text.substring(0, Math.min(1_000, text.length())));
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    closed = true;
    thread.join(JOIN_MS);
    boolean ended = !thread.isAlive();
    client.close();
    System.out.printf("  %d reads answered, %d refused%n", answered, refused);
    if (failure != null) {
      throw new AssertionError("a read went wrong: " + failure.getMessage(), failure);
    }
    if (!ended || answered == 0) {
      throw new AssertionError("reads hang, after " + answered + " answers");
    }
  }
}
