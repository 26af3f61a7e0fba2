package dev.varve.gateway.http;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Executor;
import org.eclipse.jetty.http.HttpHeader;

/** JSON-RPC by URI: the method is the path, the arguments stand in the query or in a form. */
final class RpcUri {
  private static final String ID = "-1";
  private static final String FORM = "application/x-www-form-urlencoded";

  private final Rpc rpc;
  private final NodeClient node;
  private final Executor threads;

  RpcUri(Rpc rpc, NodeClient node, Executor threads) {
    this.rpc = rpc;
    this.node = node;
    this.threads = threads;
  }

  /**
   * Answers a request whose body is there.
   *
   * @param method the path without its slash
   */
  void handle(Exchange exchange, String method, byte[] body) {
    if (!Rpc.owns(method)) {
      try {
        Rpc.require(exchange.caller(), method);
      } catch (RpcException e) {
        exchange.failure(e.status(), e, ID);
        return;
      }
      node.forward(exchange, body, ID);
      return;
    }
    exchange.watch(
        rpc.call(method, names -> arguments(exchange, body), exchange.caller())
            .thenAcceptAsync(reply -> answer(exchange, body, reply), threads));
  }

  private static Arguments arguments(Exchange exchange, byte[] body) {
    try {
      Map<String, String> values = Query.parse(exchange.query());
      String type = exchange.headers().get(HttpHeader.CONTENT_TYPE);
      if (body.length > 0 && type != null && type.startsWith(FORM)) {
        Query.parse(new String(body, StandardCharsets.UTF_8)).forEach(values::putIfAbsent);
      }
      return new UriArguments(values);
    } catch (IllegalArgumentException e) {
      throw RpcException.invalidParams(
          "error converting http params to arguments: " + e.getMessage());
    }
  }

  private void answer(Exchange exchange, byte[] body, RpcReply reply) {
    if (reply instanceof RpcReply.PassOn) {
      node.forward(exchange, body, ID);
    } else if (reply instanceof RpcReply.Result result) {
      exchange.source(result.source(), result.height());
      exchange.json(200, reply.toResponse(ID));
    } else if (reply instanceof RpcReply.Failure failure) {
      exchange.failure(failure.error().status(), failure.error(), ID);
    }
  }
}
