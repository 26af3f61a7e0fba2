package dev.varve.gateway.http;

/** Finds what answers a request. */
final class Routes {
  private static final byte[] NONE = {};
  private static final String HEALTH = "/health";
  private static final String METRICS = "/metrics";

  private final RpcPost post;
  private final RpcUri uri;
  private final NodeClient node;
  private final Pages pages;
  private final V1 v1;
  private final WebSockets sockets;
  private final int bodyBytes;

  Routes(
      RpcPost post,
      RpcUri uri,
      NodeClient node,
      Pages pages,
      V1 v1,
      WebSockets sockets,
      int bodyBytes) {
    this.post = post;
    this.uri = uri;
    this.node = node;
    this.pages = pages;
    this.v1 = v1;
    this.sockets = sockets;
    this.bodyBytes = bodyBytes;
  }

  /** Whether a path is answered without a token: what watches a service has none. */
  boolean isOpen(String path) {
    return path.equals(HEALTH);
  }

  void route(Exchange exchange) {
    String path = exchange.path();
    if (path.equals(WebSockets.PATH)) {
      sockets.upgrade(exchange);
    } else if (path.startsWith(V1.PREFIX)) {
      v1.route(exchange);
    } else if (!exchange.isGet() && !exchange.isPost()) {
      notAllowed(exchange, "GET, HEAD, POST");
    } else if (path.equals("/")) {
      root(exchange);
    } else if (path.equals(HEALTH) && exchange.isGet()) {
      pages.health(exchange);
    } else if (path.equals(METRICS) && exchange.isGet()) {
      pages.metrics(exchange);
    } else if (exchange.isPost()) {
      Body.read(exchange, bodyBytes, body -> uri.handle(exchange, path.substring(1), body));
    } else {
      uri.handle(exchange, path.substring(1), NONE);
    }
  }

  private void root(Exchange exchange) {
    if (exchange.isPost()) {
      Body.read(exchange, bodyBytes, body -> post.handle(exchange, body));
    } else {
      node.forward(exchange, NONE, null);
    }
  }

  private static void notAllowed(Exchange exchange, String allowed) {
    exchange.header("Allow", allowed);
    exchange.error(405, "method", "allowed are " + allowed);
  }
}
