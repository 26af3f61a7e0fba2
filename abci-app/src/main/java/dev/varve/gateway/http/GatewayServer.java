package dev.varve.gateway.http;

import dev.varve.gateway.Uplink;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
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
  // When it stops, a connection without a request is closed after so long.
  private static final long IDLE_AT_END_MS = 50;

  private final Server server;
  private final ServerConnector connector;
  private final Readers readers;
  private final Streams streams;

  private GatewayServer(
      Server server, ServerConnector connector, Readers readers, Streams streams) {
    this.server = server;
    this.connector = connector;
    this.readers = readers;
    this.streams = streams;
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
    Readers readers = new Readers(config.limits().readThreads(), NAME + "-read");
    NodeClient node = new NodeClient(config, threads, timer);
    Rpc rpc = new Rpc(uplink, config.timeouts(), readers);
    Streams streams = new Streams(uplink, config.limits().streams());
    WebSocketClient sockets = new WebSocketClient(node.client());
    Pages owners = new Pages(pages, readers, threads);
    V1 v1 =
        new V1(
            uplink,
            new V1Submit(uplink, config.limits(), config.timeouts(), threads),
            new V1Reads(uplink, readers, threads),
            owners,
            exchange -> EventStream.open(exchange, streams, config, threads, timer),
            threads);
    Routes routes =
        new Routes(
            new RpcPost(rpc, node, threads, config.limits().batchItems()),
            new RpcUri(rpc, node, threads),
            node,
            owners,
            v1,
            new WebSockets(
                ServerWebSocketContainer.ensure(server),
                sockets,
                config,
                rpc,
                streams,
                threads,
                timer),
            config.limits().bodyBytes());
    server.setHandler(new GracefulHandler(new Front(config, routes)));
    server.setErrorHandler(new Errors());
    server.setStopTimeout(config.timeouts().stop().toMillis());
    ServerConnector connector = connector(server, config);
    server.addConnector(connector);
    GatewayServer gateway = new GatewayServer(server, connector, readers, streams);
    try {
      // A part of the server, so that it ends after the requests and before the threads.
      server.addBean(node.client(), true);
      server.addBean(sockets, true);
      server.start();
      node.start();
    } catch (IOException e) {
      gateway.close();
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new GatewayServerException(
          "the gateway cannot listen at " + config.address() + ": " + cause.getMessage(), e);
    } catch (Exception e) {
      gateway.close();
      throw new GatewayServerException("the gateway's server cannot start: " + e.getMessage(), e);
    }
    return gateway;
  }

  private static ServerConnector connector(Server server, GatewayServerConfig config) {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(config.limits().headerBytes());
    // Paths are matched as they came: a key in a path may have every byte, escaped.
    http.setUriCompliance(UriCompliance.UNSAFE);
    HttpConnectionFactory plain = new HttpConnectionFactory(http);
    ServerConnector connector;
    if (config.tls().isEmpty()) {
      connector = new ServerConnector(server, 1, -1, plain);
    } else {
      // Names are the client's to check; the node's RPC does not look at them either.
      http.addCustomizer(new SecureRequestCustomizer(false));
      SslContextFactory.Server tls = new SslContextFactory.Server();
      tls.setSslContext(config.tls().get());
      connector =
          new ServerConnector(
              server, 1, -1, new SslConnectionFactory(tls, plain.getProtocol()), plain);
    }
    connector.setHost(config.host());
    connector.setPort(config.port());
    connector.setIdleTimeout(config.timeouts().idle().toMillis());
    connector.setShutdownIdleTimeout(IDLE_AT_END_MS);
    connector.setAcceptQueueSize(config.limits().connections());
    connector.addBean(
        new NetworkConnectionLimit(config.limits().connections(), (Connector) connector));
    return connector;
  }

  /** Where it listens; a port of 0 is the real one here. */
  public int port() {
    return connector.getLocalPort();
  }

  /** Stops to accept, waits a while for requests under way, and ends connections and threads. */
  @Override
  public void close() {
    streams.close();
    try {
      server.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.warn("the gateway's server did not stop in order: {}", e.getMessage());
    }
    readers.close();
  }

  /** What Jetty refuses itself: bad requests, and requests while it stops. */
  private static final class Errors extends ErrorHandler {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      int status = response.getStatus();
      Object message = request.getAttribute(ERROR_MESSAGE);
      response.getHeaders().put("Content-Type", "application/json");
      byte[] body = Exchange.errorBody("http", message == null ? "refused" : message.toString());
      response.write(true, ByteBuffer.wrap(body), callback);
      LOG.debug("refused {} with {}", request.getHttpURI(), status);
      return true;
    }
  }
}
