package dev.varve.gateway.http;

import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Where every request comes in: counted, admitted, and given to what answers it. */
final class Front extends Handler.Abstract {
  private static final String READ = "Varve-Read";
  private static final byte[] EMPTY = {};

  private final GatewayServerConfig config;
  private final Access access;
  private final Origins origins;
  private final Budget requests;
  private final Budget bodies;
  private final Routes routes;
  private final Patience patience;

  Front(GatewayServerConfig config, Routes routes, Patience patience) {
    this.config = config;
    this.access = new Access(config.tokens());
    this.origins = new Origins(config.origins());
    this.requests = new Budget(config.limits().requests());
    this.bodies = new Budget(config.limits().bufferedBytes());
    this.routes = routes;
    this.patience = patience;
  }

  @Override
  public boolean handle(Request request, Response response, Callback completion) {
    boolean counted = requests.tryTake(1);
    Patience.Patient patient = patience.of(request.getConnectionMetaData());
    boolean body = hasBody(request);
    patient.begun(body);
    Ticket ticket = new Ticket(completion, counted ? requests : null, bodies, patient, body);
    Caller nobody = new Caller(Set.of(), config.chainFirst());
    Exchange exchange = new Exchange(request, response, ticket, nobody);
    try {
      if (!counted) {
        exchange.retryLater();
        exchange.error(RpcException.BUSY, "busy", "too many requests are under way");
      } else {
        admit(exchange);
      }
    } catch (V1Failure e) {
      e.send(exchange);
    } catch (RuntimeException e) {
      exchange.broken(e);
    }
    return true;
  }

  private static boolean hasBody(Request request) {
    return HttpMethod.POST.is(request.getMethod())
        && (request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING)
            || request.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH) > 0);
  }

  private void admit(Exchange exchange) {
    if (!origins.admits(exchange.headers())) {
      exchange.error(
          RpcException.FORBIDDEN, "origin", "pages of this origin may not use the gateway");
      return;
    }
    origins.mark(exchange.headers(), exchange.response().getHeaders());
    if (HttpMethod.OPTIONS.is(exchange.request().getMethod())) {
      origins.preflight(exchange.response().getHeaders());
      exchange.send(204, EMPTY);
      return;
    }
    String read = read(exchange);
    if (read != null && !read.equals("pending-first") && !read.equals("chain-first")) {
      exchange.error(
          RpcException.BAD_REQUEST, "bad_request", READ + " allows pending-first, chain-first");
      return;
    }
    boolean chainFirst = read == null ? config.chainFirst() : read.equals("chain-first");
    Set<Scope> scopes = access.scopes(exchange.headers().get(HttpHeader.AUTHORIZATION));
    if (scopes.isEmpty() && !routes.isOpen(exchange.path())) {
      exchange.header("WWW-Authenticate", "Bearer");
      exchange.error(401, "unauthorized", "a bearer token is needed, or this is none");
      return;
    }
    routes.route(exchange.with(new Caller(scopes, chainFirst)));
  }

  private static String read(Exchange exchange) {
    String header = exchange.headers().get(READ);
    String query = exchange.query();
    if (header != null || query == null || !query.contains(READ)) {
      return header;
    }
    try {
      return Query.parse(query).get(READ);
    } catch (IllegalArgumentException e) {
      // Told by who reads the other arguments.
      return null;
    }
  }
}
