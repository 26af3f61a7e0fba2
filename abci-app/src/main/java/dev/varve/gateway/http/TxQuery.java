package dev.varve.gateway.http;

import com.google.protobuf.ByteString;
import java.util.Optional;

/**
 * What {@code tx_search} looks for, where it is no more than a hash or heights.
 *
 * @param hash of the one transaction that is looked for, or empty for all between the heights
 * @param from the lowest height
 * @param to the highest height
 */
record TxQuery(Optional<ByteString> hash, long from, long to) {
  private static final String HASH = "tx.hash";
  private static final String HEIGHT = "tx.height";
  private static final String AND = " AND ";

  /**
   * Reads {@code tx.hash = 'HEX'}, or conditions {@code tx.height OP NUMBER} with {@code =, >, >=,
   * <, <=} and {@code AND} between them; empty for every other query, also a faulty one.
   */
  static Optional<TxQuery> parse(String query) {
    String text = query.strip();
    if (text.startsWith(HASH)) {
      return hash(text.substring(HASH.length()).strip());
    }
    long from = 1;
    long to = Long.MAX_VALUE;
    int at = 0;
    while (at <= text.length()) {
      int and = text.indexOf(AND, at);
      int end = and < 0 ? text.length() : and;
      TxQuery condition = height(text.substring(at, end).strip());
      if (condition == null) {
        return Optional.empty();
      }
      from = Math.max(from, condition.from);
      to = Math.min(to, condition.to);
      at = and < 0 ? text.length() + 1 : and + AND.length();
    }
    return Optional.of(new TxQuery(Optional.empty(), from, to));
  }

  private static Optional<TxQuery> hash(String rest) {
    if (!rest.startsWith("=")) {
      return Optional.empty();
    }
    String quoted = rest.substring(1).strip();
    if (quoted.length() != 2 + 2 * Sha256.LENGTH_BYTES
        || !quoted.startsWith("'")
        || !quoted.endsWith("'")) {
      return Optional.empty();
    }
    try {
      ByteString hash = Decoding.hex(quoted.substring(1, quoted.length() - 1));
      return Optional.of(new TxQuery(Optional.of(hash), 1, Long.MAX_VALUE));
    } catch (IllegalArgumentException e) {
      // A value that is no hash: the node says so.
      return Optional.empty();
    }
  }

  private static TxQuery height(String condition) {
    if (!condition.startsWith(HEIGHT)) {
      return null;
    }
    String rest = condition.substring(HEIGHT.length()).strip();
    int length = rest.startsWith(">=") || rest.startsWith("<=") ? 2 : Math.min(1, rest.length());
    long number;
    try {
      number = Decoding.integer(rest.substring(length).strip()).getAsLong();
    } catch (IllegalArgumentException e) {
      // A number of another form, or another kind of condition: the node's to judge.
      return null;
    }
    return switch (rest.substring(0, length)) {
      case "=" -> between(number, number);
      case ">=" -> between(number, Long.MAX_VALUE);
      case "<=" -> between(1, number);
      case ">" -> number == Long.MAX_VALUE ? null : between(number + 1, Long.MAX_VALUE);
      case "<" -> number == Long.MIN_VALUE ? null : between(1, number - 1);
      default -> null;
    };
  }

  private static TxQuery between(long from, long to) {
    return new TxQuery(Optional.empty(), from, to);
  }
}
