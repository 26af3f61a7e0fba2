package dev.varve.gateway.http;

import java.net.URI;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.BufferingResponseListener;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.Scheduler;

/** Passes requests on to the node's RPC over a bounded number of connections. */
final class NodeClient {
  private static final int QUEUED_PER_CONNECTION = 32;
  private static final long CONNECT_MS = 5_000;
  // Of an answer that is held whole, in a batch; one that is passed on alone streams.
  private static final int MAX_HELD_BYTES = 64 << 20;

  /** What stands for one connection, or is the gateway's own to say. */
  private static final Set<String> NOT_PASSED_ON =
      Set.of(
          "connection",
          "keep-alive",
          "transfer-encoding",
          "upgrade",
          "trailer",
          "te",
          "date",
          "server",
          "vary",
          "proxy-authenticate",
          "access-control-allow-origin",
          "access-control-allow-credentials",
          "access-control-allow-headers",
          "access-control-allow-methods",
          "access-control-expose-headers",
          "access-control-max-age");

  private final HttpClient client;
  private final URI node;
  private final long timeoutMs;

  NodeClient(GatewayServerConfig config, QueuedThreadPool threads, Scheduler scheduler) {
    this.node = config.node();
    this.timeoutMs = config.timeouts().node().toMillis();
    client = new HttpClient();
    client.setExecutor(threads);
    client.setScheduler(scheduler);
    client.setConnectTimeout(CONNECT_MS);
    client.setIdleTimeout(timeoutMs);
    client.setFollowRedirects(false);
    client.setUserAgentField(null);
    client.setMaxConnectionsPerDestination(config.limits().nodeConnections());
    client.setMaxRequestsQueuedPerDestination(
        config.limits().nodeConnections() * QUEUED_PER_CONNECTION);
    client.setMaxRequestHeadersSize(config.limits().headerBytes());
  }

  /** To be called when the client has been started. */
  void start() {
    // An answer is passed on as it is.
    client.getContentDecoderFactories().clear();
  }

  /** What is to be started and stopped. */
  HttpClient client() {
    return client;
  }

  /**
   * Passes a request on with a body, and its answer back as it comes.
   *
   * @param id that of the JSON-RPC request, for an answer that the node does not give
   */
  void forward(Exchange exchange, byte[] body, String id) {
    org.eclipse.jetty.server.Request asked = exchange.request();
    Request request = request(asked.getMethod(), asked.getHttpURI().getPathQuery());
    String type = asked.getHeaders().get(HttpHeader.CONTENT_TYPE);
    if (body.length > 0) {
      request.body(new BytesRequestContent(type == null ? "application/json" : type, body));
    }
    String accept = asked.getHeaders().get(HttpHeader.ACCEPT);
    if (accept != null) {
      request.headers(headers -> headers.put(HttpHeader.ACCEPT, accept));
    }
    Passage passage = new Passage(exchange, id);
    request.onResponseContentSource(passage::copy).send(passage::complete);
  }

  /**
   * Sends one JSON-RPC request and gives the response.
   *
   * <p>Fails with {@link RpcException}.
   */
  CompletableFuture<byte[]> call(byte[] body) {
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    request("POST", "/")
        .body(new BytesRequestContent("application/json", body))
        .send(
            new BufferingResponseListener(MAX_HELD_BYTES) {
              @Override
              public void onComplete(Result result) {
                if (result.isFailed()) {
                  answer.completeExceptionally(error(result.getFailure()));
                } else {
                  answer.complete(getContent());
                }
              }
            });
    return answer;
  }

  private Request request(String method, String pathQuery) {
    return client
        .newRequest(node.getHost(), port())
        .scheme(node.getScheme())
        .method(HttpMethod.fromString(method))
        .path(pathQuery)
        .timeout(timeoutMs, TimeUnit.MILLISECONDS);
  }

  private int port() {
    if (node.getPort() >= 0) {
      return node.getPort();
    }
    return "https".equals(node.getScheme()) ? 443 : 80;
  }

  /** What a failure to reach the node is called; it shows in the client's answer alone. */
  static RpcException error(Throwable failure) {
    if (failure instanceof RejectedExecutionException) {
      return RpcException.busy("too many requests wait for the node, try again");
    }
    String reason = failure.getMessage();
    return RpcException.internal(
        "the node does not answer: "
            + (reason == null ? failure.getClass().getSimpleName() : reason));
  }

  /** An answer of the node on its way to a client. */
  private static final class Passage {
    private final Exchange exchange;
    private final String id;
    private boolean begun;

    Passage(Exchange exchange, String id) {
      this.exchange = exchange;
      this.id = id;
    }

    void copy(Response answer, Content.Source content) {
      begun = true;
      org.eclipse.jetty.server.Response response = exchange.response();
      response.setStatus(answer.getStatus());
      for (HttpField field : answer.getHeaders()) {
        if (!NOT_PASSED_ON.contains(field.getName().toLowerCase(Locale.ROOT))) {
          response.getHeaders().add(field);
        }
      }
      Content.copy(
          content,
          response,
          Callback.from(exchange.ticket()::succeeded, failure -> abort(answer, failure)));
    }

    /** The client is gone, or the node broke off: neither side waits for the other. */
    private void abort(Response answer, Throwable failure) {
      exchange.watch(
          answer.getRequest().abort(failure).thenRun(() -> exchange.ticket().failed(failure)));
    }

    void complete(Result result) {
      if (result.isFailed() && !begun) {
        RpcException error = error(result.getFailure());
        exchange.failure(exchange.isGet() ? 502 : 200, error, id);
      }
    }
  }
}
