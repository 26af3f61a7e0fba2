package dev.varve.gateway.http;

import dev.varve.gateway.Source;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;

/** A request and the way to answer it, once. Threads: any, one after the other. */
record Exchange(Request request, Response response, Ticket ticket, Caller caller) {
  static final String SOURCE = "Varve-Source";
  static final String HEIGHT = "Varve-Height";

  // What is shorter goes into the socket's buffer whole.
  private static final int LONG_BYTES = 16 << 10;
  private static final HttpField JSON =
      new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/json");
  private static final HttpField CLOSE = new PreEncodedHttpField(HttpHeader.CONNECTION, "close");
  private static final HttpField RETRY = new PreEncodedHttpField(HttpHeader.RETRY_AFTER, "1");

  String path() {
    return request.getHttpURI().getPath();
  }

  String query() {
    return request.getHttpURI().getQuery();
  }

  boolean isGet() {
    return HttpMethod.GET.is(request.getMethod()) || HttpMethod.HEAD.is(request.getMethod());
  }

  boolean isPost() {
    return HttpMethod.POST.is(request.getMethod());
  }

  HttpFields headers() {
    return request.getHeaders();
  }

  /**
   * Refuses a caller of {@code /v1} that may not do this.
   *
   * @throws V1Failure saying which scope lacks
   */
  void require(Scope scope) {
    if (!caller.may(scope)) {
      throw V1Failure.forbidden("a token with scope " + scope.word() + " is needed");
    }
  }

  void header(String name, String value) {
    response.getHeaders().put(name, value);
  }

  /** Says where an answer came from. */
  void source(Source source, long height) {
    header(SOURCE, source.word());
    header(HEIGHT, Long.toString(height));
  }

  /** Says that the same request may succeed in a second. */
  void retryLater() {
    response.getHeaders().put(RETRY);
  }

  void json(int status, byte[] body) {
    response.getHeaders().put(JSON);
    send(status, body);
  }

  void text(int status, String type, String body) {
    header("Content-Type", type);
    send(status, body.getBytes(StandardCharsets.UTF_8));
  }

  void send(int status, byte[] body) {
    if (body.length > LONG_BYTES) {
      if (!ticket.take(body.length)) {
        retryLater();
        error(RpcException.BUSY, "busy", "too many bytes of answers are under way, try again");
        return;
      }
      ticket.answering();
    }
    response.setStatus(status);
    if (ticket.isReceiving()) {
      response.getHeaders().put(CLOSE);
      // A client that asked first whether it may send sends nothing now.
      boolean comes = !headers().contains(HttpHeader.EXPECT);
      response.write(true, ByteBuffer.wrap(body), comes ? new Remainder(this) : ticket);
    } else {
      response.write(true, ByteBuffer.wrap(body), ticket);
    }
  }

  /** An error outside of JSON-RPC. */
  void error(int status, String code, String message) {
    json(status, errorBody(code, message));
  }

  /**
   * An error of JSON-RPC.
   *
   * @param id of the request, as JSON, or null where it is not known
   */
  void failure(int status, RpcException error, String id) {
    if (error.isBusy()) {
      retryLater();
    }
    json(status, new RpcReply.Failure(error).toResponse(id));
  }

  /** Answers also where what should answer broke. */
  void watch(CompletableFuture<?> answering) {
    answering.exceptionally(
        failure -> {
          broken(failure);
          return null;
        });
  }

  /** What should have answered broke. */
  void broken(Throwable failure) {
    RpcException error = Failures.toRpc(failure);
    if (response.isCommitted()) {
      ticket.failed(failure);
      return;
    }
    if (error.isBusy()) {
      retryLater();
    }
    error(error.status(), error.isBusy() ? "busy" : "failed", error.data());
  }

  Exchange with(Caller other) {
    return new Exchange(request, response, ticket, other);
  }

  static byte[] errorBody(String code, String message) {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeObjectFieldStart("error");
          json.writeStringField("code", code);
          json.writeStringField("message", message);
          json.writeEndObject();
          json.writeEndObject();
        });
  }
}
