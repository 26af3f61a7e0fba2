package dev.varve.gateway.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Arguments of a call by URI: integers as they are, bytes and texts as hex digits behind {@code 0x}
 * or in double quotes, everything else as JSON.
 */
final class UriArguments implements Arguments {
  private static final String PREFIX = "error converting http params to arguments: ";

  private final Map<String, String> values;

  /**
   * Takes what {@link Query} read.
   *
   * @param values by name, decoded
   */
  UriArguments(Map<String, String> values) {
    this.values = values;
  }

  @Override
  public ByteString bytes(String name) {
    String text = values.getOrDefault(name, "");
    if (text.isEmpty() || text.equals("null")) {
      return ByteString.EMPTY;
    }
    if (isHex(text)) {
      return hex(name, text);
    }
    if (isQuoted(text)) {
      return ByteString.copyFromUtf8(json(name, text, JsonToken.VALUE_STRING));
    }
    throw bad(name + "=" + shown(text) + ": expected 0x and hex digits, or a text in \"\"");
  }

  @Override
  public ByteString hexBytes(String name) {
    return bytes(name);
  }

  @Override
  public String text(String name) {
    String text = values.getOrDefault(name, "");
    if (text.isEmpty() || text.equals("null")) {
      return "";
    }
    if (isHex(text)) {
      return hex(name, text).toStringUtf8();
    }
    if (isQuoted(text)) {
      return json(name, text, JsonToken.VALUE_STRING);
    }
    throw bad(name + "=" + shown(text) + ": expected a text in \"\", or 0x and hex digits");
  }

  @Override
  public OptionalLong integer(String name) {
    String text = values.getOrDefault(name, "");
    if (text.isEmpty() || text.equals("null")) {
      return OptionalLong.empty();
    }
    String digits = isQuoted(text) ? json(name, text, JsonToken.VALUE_STRING) : text;
    try {
      return Decoding.integer(digits);
    } catch (IllegalArgumentException e) {
      throw bad(name + "=" + shown(text) + ": expected a 64-bit decimal number");
    }
  }

  @Override
  public boolean flag(String name) {
    return switch (values.getOrDefault(name, "")) {
      case "", "null", "false" -> false;
      case "true" -> true;
      default -> throw bad(name + "=" + shown(values.get(name)) + ": expected true or false");
    };
  }

  private static boolean isHex(String text) {
    return text.startsWith("0x") || text.startsWith("0X");
  }

  private static boolean isQuoted(String text) {
    return text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
  }

  private static ByteString hex(String name, String text) {
    try {
      return Decoding.hex(text.substring(2));
    } catch (IllegalArgumentException e) {
      throw bad(name + ": " + e.getMessage());
    }
  }

  private static String json(String name, String text, JsonToken expected) {
    try (JsonParser json = Json.parser(text)) {
      if (json.nextToken() == expected) {
        String value = json.getText();
        if (json.nextToken() == null) {
          return value;
        }
      }
    } catch (JsonProcessingException e) {
      throw bad(name + ": " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory does not fail", e);
    }
    throw bad(name + "=" + shown(text) + ": expected one JSON value");
  }

  private static String shown(String text) {
    return text.length() <= 64 ? text : text.substring(0, 64) + "...";
  }

  private static RpcException bad(String detail) {
    return RpcException.invalidParams(PREFIX + detail);
  }
}
