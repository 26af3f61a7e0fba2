package dev.varve.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** Reads what a node answers to {@code broadcast_tx_async}. */
final class RpcAnswers {
  private static final JsonFactory FACTORY = new JsonFactory();

  /** The most of a node's words that is kept. */
  private static final int MAX_DETAIL = 500;

  private RpcAnswers() {}

  /** An answer and the request that it belongs to. */
  record Numbered(long id, NodePort.Answer answer) {}

  /**
   * Reads one message.
   *
   * @throws IOException when it is no answer to a request with a number
   */
  static Numbered read(String message) throws IOException {
    Long id = null;
    boolean hasResult = false;
    boolean hasError = false;
    String words = "";
    int code = 0;
    try (JsonParser json = FACTORY.createParser(message)) {
      require(json.nextToken() == JsonToken.START_OBJECT);
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        if (name.equals("id") && value == JsonToken.VALUE_NUMBER_INT) {
          id = json.getLongValue();
        } else if (name.equals("error") && value == JsonToken.START_OBJECT) {
          hasError = true;
          words = words(json, "message", "data");
        } else if (name.equals("result") && value == JsonToken.START_OBJECT) {
          hasResult = true;
          Result result = result(json);
          code = result.code;
          words = result.log;
        } else {
          json.skipChildren();
        }
      }
    }
    require(id != null && hasResult != hasError);
    return new Numbered(
        id,
        hasError
            ? refusal(words)
            : new NodePort.Answer(
                code == 0 ? NodePort.Outcome.TAKEN : NodePort.Outcome.REFUSED, words));
  }

  private record Result(int code, String log) {}

  private static Result result(JsonParser json) throws IOException {
    int code = 0;
    String log = "";
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (name.equals("code") && value == JsonToken.VALUE_NUMBER_INT) {
        code = json.getIntValue();
      } else if (name.equals("log") && value == JsonToken.VALUE_STRING) {
        log = cut(json.getText());
      } else {
        json.skipChildren();
      }
    }
    return new Result(code, log);
  }

  private static String words(JsonParser json, String first, String second) throws IOException {
    String before = "";
    String after = "";
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (value == JsonToken.VALUE_STRING && name.equals(first)) {
        before = json.getText();
      } else if (value == JsonToken.VALUE_STRING && name.equals(second)) {
        after = json.getText();
      } else {
        json.skipChildren();
      }
    }
    return cut(after.isEmpty() ? before : before + ": " + after);
  }

  private static String cut(String words) {
    return words.length() <= MAX_DETAIL ? words : words.substring(0, MAX_DETAIL);
  }

  /** By the words of CometBFT's mempool errors, which have no codes. */
  static NodePort.Answer refusal(String words) {
    NodePort.Outcome outcome = NodePort.Outcome.AGAIN;
    if (words.contains("tx already exists in cache")) {
      outcome = NodePort.Outcome.KNOWN;
    } else if (words.contains("Tx too large")
        || words.contains("tx too large")
        || words.contains("tx size is too big")) {
      outcome = NodePort.Outcome.REFUSED;
    }
    return new NodePort.Answer(outcome, words);
  }

  private static void require(boolean asExpected) throws IOException {
    if (!asExpected) {
      throw new IOException("not the answer to a request");
    }
  }
}
