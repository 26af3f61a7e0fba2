package dev.varve.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;

/**
 * What a query answers of a pending transaction: the application's documents, with height 0, a
 * result without content and the field {@code state}.
 */
final class PendingDocuments {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private PendingDocuments() {}

  @FunctionalInterface
  private interface Fields {
    void write(JsonGenerator json) throws IOException;
  }

  static ByteString transaction(ByteString hash, ByteString tx) {
    return object(
        hash,
        json -> {
          result(json);
          json.writeBinaryField("tx", tx.toByteArray());
        });
  }

  static ByteString result(ByteString hash) {
    return object(hash, PendingDocuments::result);
  }

  static ByteString log(ByteString hash) {
    return object(hash, PendingDocuments::events);
  }

  static String hex(ByteString bytes) {
    return HEX.formatHex(bytes.toByteArray());
  }

  private static ByteString object(ByteString hash, Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("hash", hex(hash));
      json.writeStringField("height", "0");
      json.writeNumberField("index", 0);
      json.writeStringField("state", Source.PENDING.word());
      fields.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
    return UnsafeByteOperations.unsafeWrap(bytes.toByteArray());
  }

  private static void result(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("tx_result");
    json.writeNumberField("code", 0);
    json.writeNullField("data");
    json.writeStringField("log", "");
    json.writeStringField("info", "");
    json.writeStringField("gas_wanted", "0");
    json.writeStringField("gas_used", "0");
    events(json);
    json.writeStringField("codespace", "");
    json.writeEndObject();
  }

  private static void events(JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("events");
    json.writeEndArray();
  }
}
