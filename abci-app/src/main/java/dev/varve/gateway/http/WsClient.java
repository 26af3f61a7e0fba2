package dev.varve.gateway.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.util.thread.Scheduler;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.api.StatusCode;

/**
 * A client over WebSocket: the gateway's methods are answered here, all else goes to the node.
 *
 * <p>Public for Jetty alone, which calls it by method handles.
 */
public final class WsClient implements Session.Listener, Outbox.Wire, WsNode.Client {
  private static final List<String> QUERY = List.of("query");
  // A client that sends more without waiting for answers is not read on.
  private static final int MOST_UNDER_WAY = 256;
  private static final int ROOM = 16;

  private final WebSockets shared;
  private final Caller caller;
  private final Outbox outbox;
  private final Subscriptions subscriptions;
  private final WsNode node;
  private final Runnable end = this::stop;
  private final AtomicInteger underWay = new AtomicInteger();
  private volatile Session session;
  private volatile Scheduler.Task heartbeat;

  WsClient(WebSockets shared, Caller caller) {
    this.shared = shared;
    this.caller = caller;
    this.outbox = new Outbox(this, shared.limits().streamEvents(), shared.threads());
    this.subscriptions = new Subscriptions(shared.streams(), outbox);
    this.node = shared.node(this);
  }

  /** What ends it when the server stops. */
  Runnable end() {
    return end;
  }

  private void stop() {
    close(StatusCode.SHUTDOWN, "the gateway stops");
  }

  @Override
  public void onWebSocketOpen(Session opened) {
    session = opened;
    beat();
    opened.demand();
  }

  private void beat() {
    heartbeat =
        shared.timer().schedule(this::ping, shared.heartbeat().toMillis(), TimeUnit.MILLISECONDS);
  }

  private void ping() {
    if (session.isOpen()) {
      session.sendPing(ByteBuffer.allocate(0), Callback.NOOP);
      beat();
    }
  }

  @Override
  public void onWebSocketText(String text) {
    RpcRequest.Body body;
    try {
      body = RpcRequest.parse(text.getBytes(StandardCharsets.UTF_8), 1);
      if (body.batch()) {
        throw RpcException.parse("error unmarshaling request: no batches over WebSocket");
      }
    } catch (RpcException e) {
      failed(null, e);
      session.demand();
      return;
    }
    RpcRequest request = body.requests().get(0);
    if (request.isNotification()) {
      session.demand();
      return;
    }
    try {
      Rpc.require(caller, request.method());
      handle(request, text);
    } catch (RpcException e) {
      failed(request.id(), e);
      session.demand();
    }
  }

  private void handle(RpcRequest request, String text) {
    String id = request.id();
    String method = request.method();
    if (Rpc.owns(method)) {
      call(request, text);
    } else if (method.equals("unsubscribe_all") && !node.isOpen()) {
      subscriptions.clear();
      subscriptions.done(id);
      session.demand();
    } else if (method.equals("subscribe") || method.equals("unsubscribe")) {
      String query = JsonArguments.parse(request, QUERY).text("query");
      Optional<EventQuery> uplink = EventQuery.parse(query);
      if (uplink.isEmpty()) {
        node.send(id, text, session::demand);
        return;
      }
      if (method.equals("subscribe")) {
        subscriptions.add(id, uplink.get());
      } else {
        subscriptions.remove(id, uplink.get());
      }
      session.demand();
    } else {
      if (method.equals("unsubscribe_all")) {
        subscriptions.clear();
      }
      node.send(id, text, session::demand);
    }
  }

  /** Calls come to the uplink in the order of the messages; answers as they are there. */
  private void call(RpcRequest request, String text) {
    boolean more = underWay.incrementAndGet() < MOST_UNDER_WAY;
    Runnable done =
        () -> {
          underWay.decrementAndGet();
          if (!more) {
            session.demand();
          }
        };
    shared
        .rpc()
        .call(request.method(), names -> JsonArguments.parse(request, names), caller)
        .thenAccept(
            reply -> {
              if (reply instanceof RpcReply.PassOn) {
                node.send(request.id(), text, done);
              } else {
                outbox.offer(() -> Subscriptions.text(reply, request.id()));
                done.run();
              }
            })
        .exceptionally(
            failure -> {
              cutOff("failed: " + Failures.toRpc(failure).data());
              return null;
            });
    if (more) {
      session.demand();
    }
  }

  @Override
  public void message(String text) {
    outbox.offer(() -> text);
  }

  @Override
  public boolean hasRoom() {
    return outbox.size() < ROOM;
  }

  @Override
  public void failed(String id, RpcException error) {
    outbox.offer(() -> Subscriptions.text(new RpcReply.Failure(error), id));
  }

  @Override
  public void gone(String why) {
    close(StatusCode.SERVER_ERROR, why);
  }

  @Override
  public void write(String text) {
    session.sendText(
        text,
        Callback.from(
            () -> {
              outbox.written();
              if (hasRoom()) {
                node.resume();
              }
            },
            failure -> cutOff("gone")));
  }

  @Override
  public void cutOff(String why) {
    release();
    session.disconnect();
  }

  private void close(int code, String why) {
    release();
    Session open = session;
    if (open != null) {
      String shown = why.length() > 100 ? why.substring(0, 100) : why;
      open.close(code, shown, Callback.from(() -> {}, failure -> open.disconnect()));
    }
  }

  @Override
  public void onWebSocketClose(int code, String reason, Callback complete) {
    complete.succeed();
    release();
  }

  @Override
  public void onWebSocketError(Throwable failure) {
    release();
  }

  private void release() {
    Scheduler.Task beating = heartbeat;
    if (beating != null) {
      beating.cancel();
    }
    outbox.close();
    subscriptions.clear();
    node.close();
    shared.streams().remove(end);
  }
}
