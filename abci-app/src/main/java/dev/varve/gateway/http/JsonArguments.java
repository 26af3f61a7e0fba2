package dev.varve.gateway.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/** Arguments of a JSON-RPC request: by name, or by position where they come as a list. */
final class JsonArguments implements Arguments {
  private static final String PREFIX = "error converting json params to arguments: ";

  private final List<String> names;
  private final JsonToken[] tokens;
  private final String[] texts;

  private JsonArguments(List<String> names) {
    this.names = names;
    this.tokens = new JsonToken[names.size()];
    this.texts = new String[names.size()];
    Arrays.fill(tokens, JsonToken.VALUE_NULL);
  }

  /**
   * Reads a request's parameters.
   *
   * @param names those of the method, in their order
   * @throws RpcException when they are neither an object nor a list of the right length
   */
  static JsonArguments parse(RpcRequest request, List<String> names) {
    JsonArguments arguments = new JsonArguments(names);
    if (!request.hasParams()) {
      return arguments;
    }
    try (JsonParser json = request.params()) {
      switch (json.nextToken()) {
        case START_OBJECT -> arguments.readObject(json);
        case START_ARRAY -> arguments.readList(json);
        case VALUE_NULL -> {}
        default -> throw bad("unknown type for JSON params. Expected map or array");
      }
    } catch (JsonProcessingException e) {
      throw bad(e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory does not fail", e);
    }
    return arguments;
  }

  private void readObject(JsonParser json) throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      int at = names.indexOf(json.currentName());
      json.nextToken();
      if (at >= 0) {
        read(json, at);
      } else {
        json.skipChildren();
      }
    }
  }

  private void readList(JsonParser json) throws IOException {
    int count = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (count < tokens.length) {
        read(json, count);
      } else {
        json.skipChildren();
      }
      count++;
    }
    if (count != tokens.length) {
      throw bad("expected " + tokens.length + " parameters (" + names + "), got " + count);
    }
  }

  private void read(JsonParser json, int at) throws IOException {
    tokens[at] = json.currentToken();
    if (tokens[at].isScalarValue()) {
      texts[at] = json.getText();
    } else {
      json.skipChildren();
    }
  }

  @Override
  public ByteString bytes(String name) {
    String text = textOrNull(name);
    try {
      return text == null ? ByteString.EMPTY : Decoding.base64(text);
    } catch (IllegalArgumentException e) {
      throw bad(name + ": " + e.getMessage());
    }
  }

  @Override
  public ByteString hexBytes(String name) {
    String text = textOrNull(name);
    try {
      return text == null ? ByteString.EMPTY : Decoding.hex(text);
    } catch (IllegalArgumentException e) {
      throw bad(name + ": " + e.getMessage());
    }
  }

  @Override
  public String text(String name) {
    String text = textOrNull(name);
    return text == null ? "" : text;
  }

  @Override
  public OptionalLong integer(String name) {
    int at = names.indexOf(name);
    if (tokens[at] == JsonToken.VALUE_NULL) {
      return OptionalLong.empty();
    }
    if (tokens[at] != JsonToken.VALUE_STRING) {
      throw bad(name + ": invalid 64-bit integer encoding, expected string");
    }
    try {
      return Decoding.integer(texts[at]);
    } catch (IllegalArgumentException e) {
      throw bad(name + ": " + e.getMessage());
    }
  }

  @Override
  public boolean flag(String name) {
    return switch (tokens[names.indexOf(name)]) {
      case VALUE_NULL, VALUE_FALSE -> false;
      case VALUE_TRUE -> true;
      default -> throw bad(name + ": expected true or false");
    };
  }

  private String textOrNull(String name) {
    int at = names.indexOf(name);
    if (tokens[at] == JsonToken.VALUE_NULL) {
      return null;
    }
    if (tokens[at] != JsonToken.VALUE_STRING) {
      throw bad(name + ": expected a string");
    }
    return texts[at];
  }

  private static RpcException bad(String detail) {
    return RpcException.invalidParams(PREFIX + detail);
  }
}
