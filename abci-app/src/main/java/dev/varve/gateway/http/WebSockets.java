package dev.varve.gateway.http;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.eclipse.jetty.websocket.client.WebSocketClient;
import org.eclipse.jetty.websocket.server.ServerWebSocketContainer;

/** What all clients over WebSocket share. */
final class WebSockets {
  static final String PATH = "/websocket";

  // A block with its transactions and results in one event of the node.
  private static final long NODE_MESSAGE_BYTES = 64L << 20;

  private final ServerWebSocketContainer container;
  private final WebSocketClient client;
  private final GatewayServerConfig config;
  private final Rpc rpc;
  private final Streams streams;
  private final Executor threads;
  private final Scheduler timer;

  WebSockets(
      ServerWebSocketContainer container,
      WebSocketClient client,
      GatewayServerConfig config,
      Rpc rpc,
      Streams streams,
      Executor threads,
      Scheduler timer) {
    this.container = container;
    this.client = client;
    this.config = config;
    this.rpc = rpc;
    this.streams = streams;
    this.threads = threads;
    this.timer = timer;
    container.setMaxTextMessageSize(config.limits().bodyBytes());
    container.setMaxBinaryMessageSize(config.limits().bodyBytes());
    container.setIdleTimeout(config.timeouts().idle());
    // Two of the node's pings come within it.
    client.setIdleTimeout(Duration.ofSeconds(60));
    client.setMaxTextMessageSize(NODE_MESSAGE_BYTES);
  }

  /** Answers a request for {@link #PATH}. */
  void upgrade(Exchange exchange) {
    WsClient socket = new WsClient(this, exchange.caller());
    if (!streams.add(socket.end())) {
      exchange.retryLater();
      exchange.error(RpcException.BUSY, "busy", "too many streams are open");
      return;
    }
    boolean upgraded = false;
    try {
      upgraded =
          container.upgrade(
              (request, response, callback) -> socket,
              exchange.request(),
              exchange.response(),
              new Callback.Nested(exchange.ticket()) {
                @Override
                public void failed(Throwable failure) {
                  // The client is gone: nobody opens the socket, and nobody closes it.
                  streams.remove(socket.end());
                  super.failed(failure);
                }
              });
      if (!upgraded) {
        exchange.error(426, "upgrade", PATH + " is for WebSocket");
      }
    } catch (HttpException.RuntimeException e) {
      exchange.error(e.getCode(), "upgrade", "bad handshake: " + e.getReason());
    } finally {
      if (!upgraded) {
        streams.remove(socket.end());
      }
    }
  }

  WsNode node(WsNode.Client of) {
    URI node = config.node();
    String scheme = "https".equals(node.getScheme()) ? "wss" : "ws";
    return new WsNode(client, URI.create(scheme + "://" + node.getAuthority() + PATH), of);
  }

  GatewayLimits limits() {
    return config.limits();
  }

  Duration heartbeat() {
    return config.timeouts().heartbeat();
  }

  Rpc rpc() {
    return rpc;
  }

  Streams streams() {
    return streams;
  }

  Executor threads() {
    return threads;
  }

  Scheduler timer() {
    return timer;
  }
}
