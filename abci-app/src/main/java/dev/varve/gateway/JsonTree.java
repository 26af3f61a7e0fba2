package dev.varve.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * A small document in JSON, read by names; what is not there is empty. Errors: {@link IOException}
 * for what is not of the kind that is asked for. Immutable.
 */
final class JsonTree {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final JsonTree NOTHING = new JsonTree(null);

  // A map, a list, a text, or null; numbers and truth values are texts.
  private final Object value;

  private JsonTree(Object value) {
    this.value = value;
  }

  static JsonTree parse(byte[] bytes) throws IOException {
    try (JsonParser json = FACTORY.createParser(bytes)) {
      json.nextToken();
      return new JsonTree(read(json));
    }
  }

  private static Object read(JsonParser json) throws IOException {
    JsonToken token = json.currentToken();
    if (token == JsonToken.START_OBJECT) {
      Map<String, JsonTree> fields = new HashMap<>();
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        json.nextToken();
        fields.put(name, new JsonTree(read(json)));
      }
      return fields;
    }
    if (token == JsonToken.START_ARRAY) {
      List<JsonTree> items = new ArrayList<>();
      while (json.nextToken() != JsonToken.END_ARRAY) {
        items.add(new JsonTree(read(json)));
      }
      return items;
    }
    if (token == null) {
      throw new IOException("the document ends early");
    }
    return token == JsonToken.VALUE_NULL ? null : json.getText();
  }

  boolean isPresent() {
    return value != null;
  }

  JsonTree at(String name) {
    return value instanceof Map<?, ?> fields && fields.get(name) instanceof JsonTree field
        ? field
        : NOTHING;
  }

  List<JsonTree> items() {
    List<JsonTree> items = new ArrayList<>();
    if (value instanceof List<?> list) {
      list.forEach(item -> items.add((JsonTree) item));
    }
    return items;
  }

  String text() {
    return value instanceof String text ? text : "";
  }

  boolean isTrue() {
    return text().equals("true");
  }

  /** 0 where there is none. */
  long number() throws IOException {
    try {
      return text().isEmpty() ? 0 : Long.parseLong(text());
    } catch (NumberFormatException e) {
      throw new IOException("not a number: " + text(), e);
    }
  }

  ByteString hex() throws IOException {
    try {
      return ByteString.copyFrom(HexFormat.of().parseHex(text()));
    } catch (IllegalArgumentException e) {
      throw new IOException("not hexadecimal: " + text(), e);
    }
  }

  ByteString base64() throws IOException {
    try {
      return ByteString.copyFrom(Base64.getDecoder().decode(text()));
    } catch (IllegalArgumentException e) {
      throw new IOException("not base64: " + text(), e);
    }
  }

  Timestamp time() throws IOException {
    try {
      Instant time = Instant.parse(text());
      return Timestamp.newBuilder()
          .setSeconds(time.getEpochSecond())
          .setNanos(time.getNano())
          .build();
    } catch (DateTimeException e) {
      throw new IOException("not a time: " + text(), e);
    }
  }
}
