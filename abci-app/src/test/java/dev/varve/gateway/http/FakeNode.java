package dev.varve.gateway.http;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.server.ServerWebSocketContainer;

/** A node's RPC that answers what the test says, and keeps what it was asked. */
public final class FakeNode implements AutoCloseable {
  private final Server server = new Server();
  private final ServerConnector connector = new ServerConnector(server, 1, 1);
  private final List<Session> open = new CopyOnWriteArrayList<>();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private volatile Function<Asked, Answer> answers =
      request -> new Answer(200, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"of the node\"}");
  private volatile CompletableFuture<Void> held = CompletableFuture.completedFuture(null);
  private volatile CompletableFuture<Void> written = held;

  /** A request that came. */
  record Asked(String method, String uri, String contentType, String body) {}

  /** What is answered. */
  record Answer(int status, String body) {}

  FakeNode() throws Exception {
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    ServerWebSocketContainer sockets = ServerWebSocketContainer.ensure(server);
    server.setHandler(
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback callback)
              throws Exception {
            if (request.getHttpURI().getPath().equals("/websocket")) {
              return sockets.upgrade(
                  (asked, answer, done) -> new Socket(), request, response, callback);
            }
            String body = Content.Source.asString(request, StandardCharsets.UTF_8);
            Asked one =
                new Asked(
                    request.getMethod(),
                    request.getHttpURI().getPathQuery(),
                    request.getHeaders().get("Content-Type"),
                    body);
            asked.add(one);
            written = held.thenRun(() -> write(one, response, callback));
            return true;
          }
        });
    server.start();
  }

  private void write(Asked one, Response response, Callback callback) {
    Answer answer = answers.apply(one);
    response.setStatus(answer.status());
    response.getHeaders().put("Content-Type", "application/json");
    response.getHeaders().put("Cache-Control", "public, max-age=86400");
    response.getHeaders().put("Access-Control-Allow-Origin", "https://of.the.node");
    response.write(true, ByteBuffer.wrap(answer.body().getBytes(StandardCharsets.UTF_8)), callback);
  }

  /** A client over WebSocket; every message is answered like a POST. */
  public final class Socket implements Session.Listener.AutoDemanding {
    private Session session;

    @Override
    public void onWebSocketOpen(Session opened) {
      session = opened;
      open.add(opened);
    }

    @Override
    public void onWebSocketText(String text) {
      Asked one = new Asked("WS", "/websocket", null, text);
      asked.add(one);
      session.sendText(answers.apply(one).body(), org.eclipse.jetty.websocket.api.Callback.NOOP);
    }

    @Override
    public void onWebSocketClose(
        int code, String reason, org.eclipse.jetty.websocket.api.Callback complete) {
      open.remove(session);
      complete.succeed();
    }
  }

  /** Open connections over WebSocket. */
  List<Session> sockets() {
    return open;
  }

  void answer(Function<Asked, Answer> function) {
    answers = function;
  }

  /** Later answers wait for the result. */
  CompletableFuture<Void> hold() {
    held = new CompletableFuture<>();
    return held;
  }

  List<Asked> asked() {
    return asked;
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + connector.getLocalPort());
  }

  @Override
  public void close() throws Exception {
    held.complete(null);
    server.stop();
  }
}
