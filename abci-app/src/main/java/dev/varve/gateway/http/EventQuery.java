package dev.varve.gateway.http;

import com.google.protobuf.ByteString;
import dev.varve.gateway.TaskStatus;
import java.util.Optional;

/**
 * A subscription that the gateway answers: {@code tm.event='Uplink'}, with {@code AND
 * tx.hash='HEX'} of one transaction alone.
 *
 * @param text as the client wrote it
 */
record EventQuery(String text, Optional<ByteString> hash) {
  private static final String EVENT = "tm.event";
  private static final String HASH = "tx.hash";
  private static final String UPLINK = "Uplink";
  private static final String AND = " AND ";

  /** Empty for a query that is the node's. */
  static Optional<EventQuery> parse(String query) {
    boolean uplink = false;
    Optional<ByteString> hash = Optional.empty();
    int at = 0;
    while (at <= query.length()) {
      int and = query.indexOf(AND, at);
      String condition = query.substring(at, and < 0 ? query.length() : and).strip();
      String event = value(condition, EVENT);
      String digits = value(condition, HASH);
      if (event != null && event.equals(UPLINK)) {
        uplink = true;
      } else if (digits != null && isHash(digits)) {
        hash = Optional.of(Decoding.hex(digits));
      } else {
        return Optional.empty();
      }
      at = and < 0 ? query.length() + 1 : and + AND.length();
    }
    return uplink ? Optional.of(new EventQuery(query, hash)) : Optional.empty();
  }

  boolean matches(TaskStatus status) {
    return hash.isEmpty() || hash.get().equals(status.hash());
  }

  /** The text between quotes behind a name and an equals sign, or null. */
  private static String value(String condition, String name) {
    if (!condition.startsWith(name)) {
      return null;
    }
    String rest = condition.substring(name.length()).strip();
    String quoted = rest.startsWith("=") ? rest.substring(1).strip() : "";
    boolean complete = quoted.length() >= 2 && quoted.startsWith("'") && quoted.endsWith("'");
    return complete ? quoted.substring(1, quoted.length() - 1) : null;
  }

  private static boolean isHash(String digits) {
    try {
      return Decoding.hex(digits).size() == Sha256.LENGTH_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
