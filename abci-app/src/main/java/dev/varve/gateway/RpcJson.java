package dev.varve.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON of a node's answers: each value as a map, a list, a text (numbers, too), or null.
 *
 * <p>CometBFT writes 64-bit integers as texts and shorter ones as numbers; here both are texts.
 */
final class RpcJson {
  private static final int MAX_TEXT_CHARS = 200_000_000;
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(MAX_TEXT_CHARS).build())
          .build();

  private RpcJson() {}

  /**
   * Reads a whole document.
   *
   * @throws IOException when it is none
   */
  static Object read(byte[] bytes) throws IOException {
    try (JsonParser json = FACTORY.createParser(bytes)) {
      json.nextToken();
      return value(json);
    }
  }

  private static Object value(JsonParser json) throws IOException {
    JsonToken token = json.currentToken();
    if (token == null) {
      throw new IOException("it ends early");
    }
    return switch (token) {
      case START_OBJECT -> {
        Map<String, Object> members = new HashMap<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
          String name = json.currentName();
          json.nextToken();
          members.put(name, value(json));
        }
        yield members;
      }
      case START_ARRAY -> {
        List<Object> elements = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
          elements.add(value(json));
        }
        yield elements;
      }
      case VALUE_NULL -> null;
      default -> json.getText();
    };
  }

  /** The member at the end of a path, or null where there is none. */
  static Object at(Object value, String... path) {
    Object current = value;
    for (String name : path) {
      current = current instanceof Map<?, ?> members ? members.get(name) : null;
    }
    return current;
  }

  /** The text there, or an empty one. */
  static String text(Object value, String... path) {
    return at(value, path) instanceof String text ? text : "";
  }

  /** The number there, 0 where there is none; CometBFT leaves zeros out. */
  static long number(Object value, String... path) throws IOException {
    String text = text(value, path);
    try {
      return text.isEmpty() ? 0 : Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IOException("\"" + text + "\" in place of a number", e);
    }
  }

  /** The list there, or an empty one. */
  static List<?> list(Object value, String... path) {
    return at(value, path) instanceof List<?> list ? list : List.of();
  }
}
