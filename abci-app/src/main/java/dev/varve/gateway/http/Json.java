package dev.varve.gateway.http;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;

/** JSON as CometBFT's RPC writes it: hashes in upper-case hex, 64-bit integers as strings. */
final class Json {
  private static final int MAX_DEPTH = 100;

  // Names of fields come from clients: interning them would keep them all. They are canonicalized,
  // in tables of bounded size: without, Jackson reads characters and knows no offsets in bytes.
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  /** Writes one value. */
  @FunctionalInterface
  interface Value {
    void write(JsonGenerator json) throws IOException;
  }

  private Json() {}

  static byte[] bytes(Value value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator json = FACTORY.createGenerator(bytes, JsonEncoding.UTF8)) {
      value.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  /** A parser of bytes that the caller keeps unchanged. */
  static JsonParser parser(byte[] bytes, int from, int to) throws IOException {
    return FACTORY.createParser(bytes, from, to - from);
  }

  static JsonParser parser(String text) throws IOException {
    return FACTORY.createParser(text);
  }

  static void hex(JsonGenerator json, String name, ByteString bytes) throws IOException {
    json.writeStringField(name, hex(bytes));
  }

  static void int64(JsonGenerator json, String name, long number) throws IOException {
    json.writeStringField(name, Long.toString(number));
  }

  /** Base64, or null where there are no bytes. */
  static void base64(JsonGenerator json, String name, ByteString bytes) throws IOException {
    if (bytes.isEmpty()) {
      json.writeNullField(name);
    } else {
      json.writeBinaryField(name, bytes.toByteArray());
    }
  }

  static String hex(ByteString bytes) {
    return HEX.formatHex(bytes.toByteArray());
  }
}
