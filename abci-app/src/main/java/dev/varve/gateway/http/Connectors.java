package dev.varve.gateway.http;

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
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** Where connections come in: address, TLS and bounds of Jetty's. */
final class Connectors {
  // When it stops, a connection without a request is closed after so long.
  private static final long IDLE_AT_END_MS = 50;

  private Connectors() {}

  static ServerConnector connector(Server server, GatewayServerConfig config, Patience patience) {
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
    connector.addBean(patience);
    return connector;
  }

  /** What Jetty refuses itself: bad requests, and requests while it stops. */
  static final class Errors extends ErrorHandler {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      Object message = request.getAttribute(ERROR_MESSAGE);
      response.getHeaders().put("Content-Type", "application/json");
      byte[] body = Exchange.errorBody("http", message == null ? "refused" : message.toString());
      response.write(true, ByteBuffer.wrap(body), callback);
      return true;
    }
  }
}
