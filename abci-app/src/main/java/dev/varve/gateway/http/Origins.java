package dev.varve.gateway.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Set;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/**
 * Which web pages may use the gateway. A page of another origin may not, also where the browser
 * would let it send a request without being allowed to read the answer.
 */
final class Origins {
  private static final String ALL = "*";
  private static final String METHODS = "GET, HEAD, POST, DELETE, OPTIONS";
  private static final String HEADERS =
      "Authorization, Content-Type, Idempotency-Key, Varve-Read, Last-Event-ID";
  private static final String EXPOSED = "Varve-Source, Varve-Height, Retry-After";
  private static final String MAX_AGE_SECONDS = "3600";

  private final Set<String> allowed;

  Origins(List<String> allowed) {
    this.allowed = Set.copyOf(allowed);
  }

  /** Whether a request may be answered: it comes from no page, its own page, or an allowed one. */
  boolean admits(HttpFields headers) {
    String origin = headers.get(HttpHeader.ORIGIN);
    return origin == null
        || allowed.contains(origin)
        || allowed.contains(ALL)
        || isOwn(origin, headers.get(HttpHeader.HOST));
  }

  /** Lets the page read the answer. */
  void mark(HttpFields request, HttpFields.Mutable response) {
    String origin = request.get(HttpHeader.ORIGIN);
    if (origin != null) {
      response.put("Access-Control-Allow-Origin", origin);
      response.put("Access-Control-Expose-Headers", EXPOSED);
      response.put(HttpHeader.VARY, "Origin");
    }
  }

  /** What a page may send, as the answer to its browser's question. */
  void preflight(HttpFields.Mutable response) {
    response.put("Access-Control-Allow-Methods", METHODS);
    response.put("Access-Control-Allow-Headers", HEADERS);
    response.put("Access-Control-Max-Age", MAX_AGE_SECONDS);
  }

  private static boolean isOwn(String origin, String host) {
    try {
      return new URI(origin).getRawAuthority() != null
          && new URI(origin).getRawAuthority().equalsIgnoreCase(host);
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
