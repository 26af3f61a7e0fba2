package dev.varve.gateway;

import dev.varve.storage.record.BlockSeal;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks a CometBFT node's RPC for headers and commits.
 *
 * <p>Errors: {@link Refused} when the node answers that it has not what was asked for, another
 * {@link IOException} when it does not answer, in time or with sense. Threads: one; {@link #close}
 * from another ends what it waits for.
 */
final class NodeCommits implements AutoCloseable {
  // 10,000 validators have a commit of about 2.5 MB.
  private static final int MAX_BYTES = 8 << 20;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

  private final String base;
  private final ExecutorService callbacks =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "varve-uplink-seal-http");
            thread.setDaemon(true);
            return thread;
          });
  // Its selector thread ends once nothing refers to the client any more.
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_TIMEOUT)
          .executor(callbacks)
          .build();
  private volatile boolean closed;
  private volatile CompletableFuture<?> asked;

  NodeCommits(URI node) {
    this.base = node.toString().replaceAll("/+$", "");
  }

  /** The node answered, with an error; the message has its words. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    Refused(String words) {
      super(words);
    }
  }

  /** The blocks that a node has. */
  record Range(long earliest, long latest) {}

  Range range() throws IOException, InterruptedException {
    JsonTree sync = call("/status").at("sync_info");
    return new Range(
        sync.at("earliest_block_height").number(), sync.at("latest_block_height").number());
  }

  /** Header and commit of a block; empty while the commit is not yet that of the next block. */
  Optional<BlockSeal> commit(long height) throws IOException, InterruptedException {
    JsonTree result = call("/commit?height=" + height);
    BlockSeal seal = SignedHeader.read(result.at("signed_header"));
    return result.at("canonical").isTrue() ? Optional.of(seal) : Optional.empty();
  }

  private JsonTree call(String path) throws IOException, InterruptedException {
    JsonTree answer = JsonTree.parse(get(path));
    if (answer.at("error").isPresent()) {
      JsonTree error = answer.at("error");
      throw new Refused(error.at("message").text() + ": " + error.at("data").text());
    }
    if (!answer.at("result").isPresent()) {
      throw new IOException("the answer has no result");
    }
    return answer.at("result");
  }

  private byte[] get(String path) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(base + path)).build();
    CompletableFuture<HttpResponse<byte[]>> answer =
        http.sendAsync(request, head -> new LimitedBody(MAX_BYTES));
    asked = answer;
    if (closed) {
      answer.cancel(true);
    }
    try {
      return answer.get(ANSWER_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS).body();
    } catch (ExecutionException e) {
      throw new IOException(words(e.getCause()), e);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new IOException("no answer within " + ANSWER_TIMEOUT.toSeconds() + " s", e);
    } catch (CancellationException e) {
      throw new IOException("closed while it was waited for", e);
    }
  }

  /** Of a refused connection the message is empty. */
  private static String words(Throwable cause) {
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  @Override
  public void close() {
    closed = true;
    CompletableFuture<?> waited = asked;
    if (waited != null) {
      waited.cancel(true);
    }
    callbacks.shutdown();
  }
}
