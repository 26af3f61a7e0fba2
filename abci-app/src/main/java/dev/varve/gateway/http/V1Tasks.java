package dev.varve.gateway.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import dev.varve.gateway.Submission;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The body of {@code POST /v1/uplink}: a task, a list of them, or an object with such a list.
 *
 * @param batch whether it was a list
 */
record V1Tasks(List<Submission> submissions, boolean batch) {
  /**
   * Reads a body.
   *
   * @param key of the whole request, or empty; a batch's tasks have it with their number
   * @throws V1Failure when it is not JSON, not a task, or too many
   */
  static V1Tasks parse(byte[] body, String key, int maxItems) {
    try (JsonParser json = Json.parser(body, 0, body.length)) {
      Reader reader = new Reader(json, key, maxItems);
      JsonToken first = json.nextToken();
      if (first == JsonToken.START_ARRAY) {
        reader.list();
      } else if (first == JsonToken.START_OBJECT) {
        reader.object();
      } else {
        throw V1Failure.badRequest("the body is no JSON object or list");
      }
      if (json.nextToken() != null) {
        throw V1Failure.badRequest("something stands behind the body's JSON");
      }
      if (reader.found.isEmpty()) {
        throw V1Failure.badRequest("the list of tasks is empty");
      }
      return new V1Tasks(List.copyOf(reader.found), reader.batch);
    } catch (JsonProcessingException e) {
      throw V1Failure.badRequest("the body is no JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory does not fail", e);
    }
  }

  /** Reads tasks out of a parser. */
  private static final class Reader {
    private final JsonParser json;
    private final String key;
    private final int maxItems;
    private final List<Submission> found = new ArrayList<>();
    private boolean batch;

    Reader(JsonParser json, String key, int maxItems) {
      this.json = json;
      this.key = key;
      this.maxItems = maxItems;
    }

    /** A task, or {@code {"tasks": [...]}}; the parser is at its start. */
    void object() throws IOException {
      if (json.nextToken() == JsonToken.FIELD_NAME && json.currentName().equals("tasks")) {
        if (json.nextToken() != JsonToken.START_ARRAY) {
          throw V1Failure.badRequest("tasks is no list");
        }
        list();
        if (json.nextToken() != JsonToken.END_OBJECT) {
          throw V1Failure.badRequest("nothing is allowed beside tasks");
        }
      } else {
        task(key);
      }
    }

    void list() throws IOException {
      batch = true;
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (found.size() == maxItems) {
          throw V1Failure.badRequest("a batch has more than the " + maxItems + " tasks allowed");
        }
        if (json.currentToken() != JsonToken.START_OBJECT) {
          throw V1Failure.badRequest("task " + found.size() + " is no object");
        }
        json.nextToken();
        task(key.isEmpty() ? "" : key + "#" + found.size());
      }
    }

    /** The parser is at the first field of a task, or at its end. */
    private void task(String defaultKey) throws IOException {
      ByteString tx = null;
      boolean ordered = false;
      String ownKey = defaultKey;
      while (json.currentToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        JsonToken token = json.nextToken();
        switch (name) {
          case "tx", "text", "hex" -> {
            if (tx != null) {
              throw bad("has two of tx, text, hex");
            }
            tx = bytes(name, token);
          }
          case "ordered" -> {
            if (!token.isBoolean()) {
              throw bad("has another ordered than true or false");
            }
            ordered = json.getBooleanValue();
          }
          case "idempotency_key" -> {
            requireText(name, token);
            ownKey = V1Submit.checkKey(json.getText());
          }
          default ->
              throw bad(
                  "has the field \""
                      + name
                      + "\", allowed are tx, text, hex, ordered,"
                      + " idempotency_key");
        }
        json.nextToken();
      }
      if (tx == null) {
        throw bad("has none of tx (base64), text, hex");
      }
      found.add(new Submission(tx, ordered, ownKey, false));
    }

    private ByteString bytes(String name, JsonToken token) throws IOException {
      requireText(name, token);
      try {
        return switch (name) {
          case "tx" -> Decoding.base64(json.getText());
          case "hex" -> Decoding.hex(json.getText());
          default -> ByteString.copyFromUtf8(json.getText());
        };
      } catch (IllegalArgumentException e) {
        throw bad("has a bad " + name + ": " + e.getMessage());
      }
    }

    private void requireText(String name, JsonToken token) {
      if (token != JsonToken.VALUE_STRING) {
        throw bad("has another " + name + " than a string");
      }
    }

    private V1Failure bad(String what) {
      return V1Failure.badRequest((batch ? "task " + found.size() : "the task") + " " + what);
    }
  }
}
