package dev.varve.ledger;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnsafeByteOperations;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.HexFormat;
import java.util.Locale;

/** JSON as CometBFT's RPC writes it: hashes in upper-case hex, 64-bit integers as strings. */
final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  /** RFC 3339 with up to nine digits of a second, as few as needed. */
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .appendLiteral('Z')
          .toFormatter(Locale.ROOT);

  /** Writes one object's fields. */
  @FunctionalInterface
  interface Fields {
    void write(JsonGenerator json) throws IOException;
  }

  private Json() {}

  static ByteString object(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      json.writeStartObject();
      fields.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
    return UnsafeByteOperations.unsafeWrap(bytes.toByteArray());
  }

  static void hex(JsonGenerator json, String name, ByteString bytes) throws IOException {
    json.writeStringField(name, hex(bytes));
  }

  static void int64(JsonGenerator json, String name, long number) throws IOException {
    json.writeStringField(name, Long.toString(number));
  }

  static void time(JsonGenerator json, String name, Timestamp time) throws IOException {
    json.writeStringField(name, time(time));
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

  static String time(Timestamp time) {
    return TIME.format(
        LocalDateTime.ofEpochSecond(time.getSeconds(), time.getNanos(), ZoneOffset.UTC));
  }
}
