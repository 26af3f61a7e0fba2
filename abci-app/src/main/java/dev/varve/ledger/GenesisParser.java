package dev.varve.ledger;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.google.protobuf.ByteString;
import dev.varve.ledger.commitment.StateCommitment;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Map;

/**
 * Reads the application state of a genesis file; what it does not know, it refuses, because every
 * validator must begin with the same state. Grammar: the package's description.
 */
final class GenesisParser {
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final JsonParser json;
  private final Map<ByteString, ByteString> state;

  private GenesisParser(JsonParser json, Map<ByteString, ByteString> state) {
    this.json = json;
    this.state = state;
  }

  /**
   * Adds the keys and values that {@code bytes} names to {@code state}.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  static void parse(ByteString bytes, Map<ByteString, ByteString> state) {
    if (bytes.isEmpty()) {
      return;
    }
    if (!bytes.isValidUtf8()) {
      throw fault("is not valid UTF-8");
    }
    try (JsonParser json = JSON.createParser(bytes.toStringUtf8())) {
      if (json.nextToken() != null) {
        new GenesisParser(json, state).document();
      }
    } catch (JsonProcessingException e) {
      throw fault("is not valid JSON: " + e.getOriginalMessage() + at(e));
    } catch (IOException e) {
      throw fault("cannot be read: " + e.getMessage());
    }
  }

  private void document() throws IOException {
    require(JsonToken.START_OBJECT, "app_state");
    while (json.nextToken() != JsonToken.END_OBJECT) {
      switch (json.currentName()) {
        case "varve" -> scheme();
        case "state" -> entries();
        default -> throw unknown("app_state", "\"varve\" and \"state\"");
      }
    }
    if (json.nextToken() != null) {
      throw fault("goes on after its end");
    }
  }

  private void scheme() throws IOException {
    json.nextToken();
    require(JsonToken.START_OBJECT, "varve");
    String scheme = null;
    Long version = null;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      switch (json.currentName()) {
        case "app_hash" -> scheme = text();
        case "version" -> version = number();
        default -> throw unknown("varve", "\"app_hash\" and \"version\"");
      }
    }
    if (!StateCommitment.SCHEME.equals(scheme)) {
      throw fault("names the app_hash " + scheme + ", known is " + StateCommitment.SCHEME);
    }
    if (version == null || version != StateCommitment.VERSION) {
      throw fault(
          "names version " + version + " of the app_hash, known is " + StateCommitment.VERSION);
    }
  }

  private void entries() throws IOException {
    json.nextToken();
    require(JsonToken.START_ARRAY, "state");
    while (json.nextToken() != JsonToken.END_ARRAY) {
      entry();
    }
  }

  private void entry() throws IOException {
    String where = "state[" + state.size() + "]";
    require(JsonToken.START_OBJECT, where);
    ByteString key = null;
    ByteString value = null;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      switch (name) {
        case "key" -> key = once(key, where, ByteString.copyFromUtf8(text()));
        case "key_hex" -> key = once(key, where, hex());
        case "value" -> value = once(value, where, ByteString.copyFromUtf8(text()));
        case "value_hex" -> value = once(value, where, hex());
        default -> throw unknown(where, "key, key_hex, value and value_hex");
      }
    }
    if (key == null || value == null) {
      throw fault("has no " + (key == null ? "key" : "value") + " in " + where);
    }
    if (key.isEmpty() || key.size() > Transactions.MAX_KEY_BYTES) {
      throw fault("has a bad key in " + where + ": " + TxDecoder.keyLength(key.size()));
    }
    if (state.putIfAbsent(key, value) != null) {
      throw fault("has the key \"" + KeyText.of(key).toStringUtf8() + "\" twice");
    }
  }

  private static ByteString once(ByteString earlier, String where, ByteString bytes) {
    if (earlier != null) {
      throw fault("has a key or value both as text and as hex in " + where);
    }
    return bytes;
  }

  private String text() throws IOException {
    String name = json.currentName();
    json.nextToken();
    require(JsonToken.VALUE_STRING, name);
    String text = json.getText();
    if (hasUnpairedSurrogate(text)) {
      throw fault("has an unpaired surrogate in " + name + ", which no UTF-8 text can hold");
    }
    return text;
  }

  private static boolean hasUnpairedSurrogate(String text) {
    return text.codePoints()
        .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }

  private ByteString hex() throws IOException {
    String name = json.currentName();
    String text = text();
    try {
      return ByteString.copyFrom(HexFormat.of().parseHex(text));
    } catch (IllegalArgumentException e) {
      throw fault(
          "has a bad " + name + " \"" + text + "\": an even count of hex digits is allowed");
    }
  }

  private long number() throws IOException {
    String name = json.currentName();
    json.nextToken();
    require(JsonToken.VALUE_NUMBER_INT, name);
    return json.getLongValue();
  }

  private void require(JsonToken wanted, String where) throws IOException {
    if (json.currentToken() != wanted) {
      throw fault("has " + json.currentToken() + " at " + where + ", wanted is " + wanted);
    }
  }

  private IllegalArgumentException unknown(String where, String known) throws IOException {
    return fault(
        "has the unknown field \""
            + json.currentName()
            + "\" in "
            + where
            + ", known are "
            + known);
  }

  private static String at(JsonProcessingException e) {
    return e.getLocation() == null
        ? ""
        : " (line "
            + e.getLocation().getLineNr()
            + ", column "
            + e.getLocation().getColumnNr()
            + ")";
  }

  private static IllegalArgumentException fault(String what) {
    return new IllegalArgumentException("the genesis app_state " + what);
  }
}
