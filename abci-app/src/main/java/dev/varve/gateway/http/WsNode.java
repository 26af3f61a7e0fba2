package dev.varve.gateway.http;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.client.WebSocketClient;

/**
 * One client's connection to the node, opened with the first message. Threads: any.
 *
 * <p>The node is read only as fast as the client takes its messages. Public for Jetty alone, which
 * calls it by method handles.
 */
public final class WsNode implements Session.Listener {
  /** The client, as seen from here. */
  interface Client {
    void message(String text);

    /** Whether more can be taken now; else {@link WsNode#resume} is called. */
    boolean hasRoom();

    /** A request that did not reach the node. */
    void failed(String id, RpcException error);

    /** The node ended the connection. */
    void gone(String why);
  }

  /** Messages from a client that wait until the connection is there; it sends no more then. */
  private record Message(String id, String text, Runnable sent) {}

  private final WebSocketClient sockets;
  private final URI uri;
  private final Client client;
  private final Queue<Message> waiting = new ArrayDeque<>();
  private Session session;
  private boolean connecting;
  private boolean paused;
  private boolean closed;

  WsNode(WebSocketClient sockets, URI uri, Client client) {
    this.sockets = sockets;
    this.uri = uri;
    this.client = client;
  }

  synchronized boolean isOpen() {
    return session != null;
  }

  /**
   * Sends a request.
   *
   * @param sent called when the next may come
   */
  void send(String id, String text, Runnable sent) {
    Session open;
    boolean connect = false;
    synchronized (this) {
      open = session;
      if (open == null) {
        waiting.add(new Message(id, text, sent));
        connect = !connecting;
        connecting = true;
      }
    }
    if (open != null) {
      send(open, new Message(id, text, sent));
    } else if (connect) {
      connect();
    }
  }

  private void connect() {
    try {
      sockets
          .connect(this, uri)
          .exceptionally(
              failure -> {
                failed(failure);
                return null;
              });
    } catch (IOException | RuntimeException e) {
      failed(e);
    }
  }

  private void send(Session open, Message message) {
    Consumer<Throwable> failed = failure -> client.failed(message.id(), NodeClient.error(failure));
    open.sendText(message.text(), Callback.from(message.sent(), failed));
  }

  private void failed(Throwable failure) {
    RpcException error = NodeClient.error(Failures.unwrap(failure));
    for (Message message : takeWaiting()) {
      client.failed(message.id(), error);
      message.sent().run();
    }
  }

  private synchronized Queue<Message> takeWaiting() {
    Queue<Message> all = new ArrayDeque<>(waiting);
    waiting.clear();
    connecting = false;
    return all;
  }

  @Override
  public void onWebSocketOpen(Session opened) {
    boolean late;
    Queue<Message> first;
    synchronized (this) {
      late = closed;
      session = opened;
      first = takeWaiting();
    }
    if (late) {
      opened.disconnect();
      return;
    }
    first.forEach(message -> send(opened, message));
    opened.demand();
  }

  @Override
  public void onWebSocketText(String text) {
    client.message(text);
    synchronized (this) {
      paused = !client.hasRoom();
      if (paused) {
        return;
      }
    }
    demand();
  }

  /** The client has room again. */
  void resume() {
    synchronized (this) {
      if (!paused) {
        return;
      }
      paused = false;
    }
    demand();
  }

  private void demand() {
    Session open;
    synchronized (this) {
      open = closed ? null : session;
    }
    if (open != null) {
      open.demand();
    }
  }

  @Override
  public void onWebSocketClose(int code, String reason, Callback complete) {
    complete.succeed();
    client.gone("the node closed the connection: " + code + " " + reason);
  }

  @Override
  public void onWebSocketError(Throwable failure) {
    client.gone("the connection to the node broke: " + failure.getMessage());
  }

  /** The client is gone. */
  void close() {
    Session open;
    synchronized (this) {
      closed = true;
      waiting.clear();
      open = session;
    }
    if (open != null) {
      open.disconnect();
    }
  }
}
