package dev.varve.gateway.http;

import dev.varve.gateway.Source;

/** What came of a call. */
sealed interface RpcReply {
  /**
   * The gateway's own answer.
   *
   * @param height the committed height that it stands for
   */
  record Result(Json.Value value, Source source, long height) implements RpcReply {}

  /** An error of the gateway's own. */
  record Failure(RpcException error) implements RpcReply {}

  /** The node is to be asked. */
  record PassOn() implements RpcReply {}

  /** The response to the request with an id, as JSON; not for {@link PassOn}. */
  default byte[] toResponse(String id) {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("jsonrpc", "2.0");
          if (id != null) {
            json.writeFieldName("id");
            json.writeRawValue(id);
          }
          if (this instanceof Result result) {
            json.writeFieldName("result");
            result.value().write(json);
          } else if (this instanceof Failure failure) {
            json.writeFieldName("error");
            failure.error().write(json);
          }
          json.writeEndObject();
        });
  }
}
