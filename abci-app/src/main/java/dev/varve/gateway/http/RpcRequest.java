package dev.varve.gateway.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One JSON-RPC request, in the bytes it came in. */
final class RpcRequest {
  private final String id;
  private final String method;
  private final byte[] body;
  private final int from;
  private final int to;
  private final int paramsFrom;
  private final int paramsTo;

  private RpcRequest(
      String id, String method, byte[] body, int from, int to, int paramsFrom, int paramsTo) {
    this.id = id;
    this.method = method;
    this.body = body;
    this.from = from;
    this.to = to;
    this.paramsFrom = paramsFrom;
    this.paramsTo = paramsTo;
  }

  /** The requests of a body; {@code batch} says whether they came as a list. */
  record Body(List<RpcRequest> requests, boolean batch) {}

  /** The id as JSON; null in a notification, which is neither executed nor answered. */
  String id() {
    return id;
  }

  String method() {
    return method;
  }

  boolean hasParams() {
    return paramsFrom < paramsTo;
  }

  /** Its parameters. */
  JsonParser params() throws IOException {
    return Json.parser(body, paramsFrom, paramsTo);
  }

  boolean isNotification() {
    return id == null;
  }

  /** This request alone. */
  byte[] bytes() {
    return from == 0 && to == body.length ? body : Arrays.copyOfRange(body, from, to);
  }

  /**
   * Reads a body.
   *
   * @param maxItems the largest batch
   * @throws RpcException when it is not JSON, not a request, or too many
   */
  static Body parse(byte[] body, int maxItems) {
    try (JsonParser json = Json.parser(body, 0, body.length)) {
      List<RpcRequest> requests = new ArrayList<>(1);
      boolean batch = json.nextToken() == JsonToken.START_ARRAY;
      if (!batch) {
        requests.add(request(json, body));
      } else {
        while (json.nextToken() != JsonToken.END_ARRAY) {
          if (requests.size() == maxItems) {
            throw RpcException.invalidRequest(
                "batch request exceeds maximum (" + maxItems + ") allowed number of requests");
          }
          requests.add(request(json, body));
        }
      }
      if (json.nextToken() != null) {
        throw parseError("something stands behind the request");
      }
      return new Body(requests, batch);
    } catch (JsonProcessingException e) {
      throw parseError(e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory does not fail", e);
    }
  }

  private static RpcRequest request(JsonParser json, byte[] body) throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw parseError("a request is an object");
    }
    int from = (int) json.currentTokenLocation().getByteOffset();
    if (from < 0) {
      // Jackson also reads UTF-16 and UTF-32, without offsets in bytes.
      throw parseError("the body is not UTF-8");
    }
    String id = null;
    String method = "";
    int paramsFrom = from;
    int paramsTo = from;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken token = json.nextToken();
      switch (name) {
        case "id" -> id = id(json, token, body);
        case "method" -> method = method(json, token);
        case "params" -> {
          paramsFrom = (int) json.currentTokenLocation().getByteOffset();
          paramsTo = end(json);
        }
        default -> json.skipChildren();
      }
    }
    int to = (int) json.currentLocation().getByteOffset();
    return new RpcRequest(id, method, body, from, to, paramsFrom, paramsTo);
  }

  private static String method(JsonParser json, JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_NULL) {
      return "";
    }
    if (token != JsonToken.VALUE_STRING) {
      throw parseError("a request's method is a string");
    }
    return json.getText();
  }

  /** A string as it came; a number without its fraction, as the node answers it. */
  private static String id(JsonParser json, JsonToken token, byte[] body) throws IOException {
    return switch (token) {
      case VALUE_NULL -> null;
      case VALUE_STRING -> {
        int start = (int) json.currentTokenLocation().getByteOffset();
        yield new String(body, start, end(json) - start, StandardCharsets.UTF_8);
      }
      case VALUE_NUMBER_INT -> json.getText();
      case VALUE_NUMBER_FLOAT -> Long.toString((long) json.getDoubleValue());
      default -> throw parseError("a request's id is a string or a number");
    };
  }

  private static int end(JsonParser json) throws IOException {
    json.skipChildren();
    json.finishToken();
    return (int) json.currentLocation().getByteOffset();
  }

  private static RpcException parseError(String detail) {
    return RpcException.parse("error unmarshaling request: " + detail);
  }
}
