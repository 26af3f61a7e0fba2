package dev.varve.gateway.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** An error of JSON-RPC, with the codes and words that the node uses. */
final class RpcException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  static final int BAD_REQUEST = 400;
  static final int FORBIDDEN = 403;
  static final int BUSY = 429;
  private static final int FAILED = 500;

  private final int code;
  private final String data;
  private final int status;

  private RpcException(int code, String message, String data, int status) {
    // No stack trace: it stands for a client's mistake, or for a failure logged elsewhere.
    super(message, null, false, false);
    this.code = code;
    this.data = data;
    this.status = status;
  }

  static RpcException parse(String data) {
    return new RpcException(-32700, "Parse error. Invalid JSON", data, BAD_REQUEST);
  }

  static RpcException invalidRequest(String data) {
    return new RpcException(-32600, "Invalid Request", data, BAD_REQUEST);
  }

  static RpcException invalidParams(String data) {
    return new RpcException(-32602, "Invalid params", data, BAD_REQUEST);
  }

  static RpcException internal(String data) {
    return new RpcException(-32603, "Internal error", data, FAILED);
  }

  /** Nothing was done; the same request may succeed later. */
  static RpcException busy(String data) {
    return new RpcException(-32000, "Server error", "busy: " + data, BUSY);
  }

  static RpcException forbidden(String data) {
    return new RpcException(-32000, "Server error", data, FORBIDDEN);
  }

  /** The status of HTTP where the answer is to this call alone. */
  int status() {
    return status;
  }

  boolean isBusy() {
    return status == BUSY;
  }

  String data() {
    return data;
  }

  void write(JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeNumberField("code", code);
    json.writeStringField("message", getMessage());
    if (!data.isEmpty()) {
      json.writeStringField("data", data);
    }
    json.writeEndObject();
  }
}
