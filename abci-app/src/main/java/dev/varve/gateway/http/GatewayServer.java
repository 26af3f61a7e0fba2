package dev.varve.gateway.http;

import dev.varve.gateway.Uplink;
import java.io.IOException;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;
import org.eclipse.jetty.websocket.client.WebSocketClient;
import org.eclipse.jetty.websocket.server.ServerWebSocketContainer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves an {@link Uplink} over HTTP; the package says what.
 *
 * <p>Threads: any. Its own are called {@code varve-http...} and end with {@link #close}.
 */
public final class GatewayServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayServer.class);
  private static final String NAME = "varve-http";
  private static final int THREADS = 32;
  private static final int LEAST_THREADS = 4;

  private final Server server;
  private final ServerConnector connector;
  private final Readers readers;
  private final Streams streams;
  private final Patience patience;

  private GatewayServer(Server server, GatewayServerConfig config, Uplink uplink, Scheduler timer) {
    this.server = server;
    this.readers = new Readers(config.limits().readThreads(), NAME + "-read");
    this.streams = new Streams(uplink, config.limits().streams());
    this.patience = new Patience(config.timeouts(), timer);
    this.connector = Connectors.connector(server, config, patience);
    server.addConnector(connector);
    server.setErrorHandler(new Connectors.Errors());
    server.setStopTimeout(config.timeouts().stop().toMillis());
  }

  /**
   * Binds the address and serves until {@link #close}; the uplink is not closed then.
   *
   * @throws GatewayServerException when the address cannot be bound
   */
  public static GatewayServer start(GatewayServerConfig config, Uplink uplink, GatewayPages pages) {
    QueuedThreadPool threads = new QueuedThreadPool(THREADS, LEAST_THREADS);
    threads.setName(NAME);
    threads.setDaemon(true);
    ScheduledExecutorScheduler timer = new ScheduledExecutorScheduler(NAME + "-timer", true);
    Server server = new Server(threads, timer, null);
    GatewayServer gateway = new GatewayServer(server, config, uplink, timer);
    NodeClient node = new NodeClient(config, threads, timer);
    // Parts of the server, so that they end after the requests and before the threads.
    WebSocketClient sockets = new WebSocketClient(node.client());
    server.addBean(node.client(), true);
    server.addBean(sockets, true);
    Intake intake = new Intake(uplink, pages.meter());
    Rpc rpc = new Rpc(uplink, intake, config.timeouts(), gateway.readers, pages.meter());
    WebSockets webSockets =
        new WebSockets(
            ServerWebSocketContainer.ensure(server),
            sockets,
            config,
            rpc,
            gateway.streams,
            threads,
            timer);
    Pages owners = new Pages(pages, gateway.readers, threads);
    V1 v1 =
        new V1(
            uplink,
            new V1Submit(uplink, intake, config.limits(), config.timeouts(), threads),
            new V1Reads(uplink, gateway.readers, threads, pages.meter()),
            owners,
            exchange -> EventStream.open(exchange, gateway.streams, config, threads, timer),
            threads);
    RpcPost post = new RpcPost(rpc, node, threads, config.limits().batchItems());
    RpcUri uri = new RpcUri(rpc, node, threads);
    Routes routes =
        new Routes(post, uri, node, owners, v1, webSockets, config.limits().bodyBytes());
    server.setHandler(new GracefulHandler(new Front(config, routes, gateway.patience)));
    gateway.listen(config.address(), node);
    return gateway;
  }

  private void listen(String address, NodeClient node) {
    try {
      server.start();
      node.start();
      patience.start();
    } catch (IOException e) {
      close();
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new GatewayServerException(
          "the gateway cannot listen at " + address + ": " + cause.getMessage(), e);
    } catch (Exception e) {
      close();
      throw new GatewayServerException("the gateway's server cannot start: " + e.getMessage(), e);
    }
  }

  /** Where it listens; a port of 0 is the real one here. */
  public int port() {
    return connector.getLocalPort();
  }

  /** Stops to accept, waits a while for requests under way, and ends connections and threads. */
  @Override
  public void close() {
    streams.close();
    patience.stop();
    try {
      server.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.warn("the gateway's server did not stop in order: {}", e.getMessage());
    }
    readers.close();
  }
}
