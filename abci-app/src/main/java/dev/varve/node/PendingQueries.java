package dev.varve.node;

import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.gateway.Uplink;
import java.util.function.Function;

/**
 * Queries with a path below {@code /pending}, answered by the gateway: what is asked of the node's
 * own RPC sees pending transactions there, too. Any thread.
 */
final class PendingQueries {
  private static final String PREFIX = "/pending/";

  private final Function<RequestQuery, ResponseQuery> application;
  private volatile Uplink uplink;

  PendingQueries(Function<RequestQuery, ResponseQuery> application) {
    this.application = application;
  }

  /** From now on there is a gateway. */
  void use(Uplink gateway) {
    uplink = gateway;
  }

  ResponseQuery query(RequestQuery request) {
    String path = request.getPath();
    Uplink gateway = uplink;
    if (gateway == null || !path.startsWith(PREFIX)) {
      return application.apply(request);
    }
    String rest = path.substring(PREFIX.length() - 1);
    return gateway.query(request.toBuilder().setPath(rest).build(), false);
  }
}
