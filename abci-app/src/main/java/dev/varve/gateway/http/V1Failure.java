package dev.varve.gateway.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.varve.gateway.UplinkException;
import dev.varve.storage.StorageException;
import java.io.IOException;

/** An error of {@code /v1}: a status of HTTP, a word for programs and a sentence for people. */
final class V1Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final String allowed;
  private final transient UplinkException.Refused refused;

  private V1Failure(
      int status, String code, String message, String allowed, UplinkException.Refused refused) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
    this.allowed = allowed;
    this.refused = refused;
  }

  private V1Failure(int status, String code, String message) {
    this(status, code, message, null, null);
  }

  static V1Failure badRequest(String message) {
    return new V1Failure(400, "bad_request", message);
  }

  static V1Failure forbidden(String message) {
    return new V1Failure(403, "forbidden", message);
  }

  static V1Failure notFound(String message) {
    return new V1Failure(404, "not_found", message);
  }

  static V1Failure method(String allowed) {
    return new V1Failure(405, "method", "allowed are " + allowed, allowed, null);
  }

  static V1Failure mediaType(String message) {
    return new V1Failure(415, "media_type", message);
  }

  /** What a failure is called; one that nobody foresaw is logged. */
  static V1Failure of(Throwable failure) {
    Throwable cause = Failures.unwrap(failure);
    if (cause instanceof V1Failure known) {
      return known;
    }
    if (cause instanceof UplinkException.Refused refused) {
      return new V1Failure(422, "refused", refused.getMessage(), null, refused);
    }
    if (cause instanceof UplinkException.Busy) {
      return new V1Failure(429, "busy", cause.getMessage());
    }
    if (cause instanceof UplinkException.Conflict) {
      return new V1Failure(409, "conflict", cause.getMessage());
    }
    if (cause instanceof UplinkException.NotFound) {
      return notFound(cause.getMessage());
    }
    if (cause instanceof StorageException.Pruned) {
      return new V1Failure(404, "pruned", cause.getMessage());
    }
    if (cause instanceof UplinkException.Unavailable
        || cause instanceof StorageException.Unavailable
        || cause instanceof StorageException.DiskFull) {
      return new V1Failure(503, "unavailable", cause.getMessage());
    }
    return new V1Failure(500, "failed", Failures.toRpc(cause).data());
  }

  void send(Exchange exchange) {
    if (status == RpcException.BUSY || status == 503) {
      exchange.retryLater();
    }
    if (allowed != null) {
      exchange.header("Allow", allowed);
    }
    exchange.json(status, Json.bytes(this::write));
  }

  private void write(JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeObjectFieldStart("error");
    json.writeStringField("code", code);
    json.writeStringField("message", String.valueOf(getMessage()));
    if (refused != null) {
      json.writeNumberField("app_code", Integer.toUnsignedLong(refused.code()));
      json.writeStringField("codespace", refused.codespace());
    }
    json.writeEndObject();
    json.writeEndObject();
  }
}
