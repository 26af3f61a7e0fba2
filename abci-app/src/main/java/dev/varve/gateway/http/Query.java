package dev.varve.gateway.http;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The part of a URI behind the question mark, or a form's body. Of a name that comes twice the
 * first value counts.
 *
 * <p>Errors: IllegalArgumentException for a bad percent escape.
 */
final class Query {
  private Query() {}

  static Map<String, String> parse(String query) {
    Map<String, String> values = new HashMap<>();
    if (query == null) {
      return values;
    }
    int from = 0;
    while (from <= query.length()) {
      int to = query.indexOf('&', from);
      if (to < 0) {
        to = query.length();
      }
      if (to > from) {
        int equals = query.indexOf('=', from);
        boolean named = equals >= 0 && equals < to;
        String name = decode(query, from, named ? equals : to, true);
        values.putIfAbsent(name, named ? decode(query, equals + 1, to, true) : "");
      }
      from = to + 1;
    }
    return values;
  }

  /** A part of a path; a plus stands for itself. */
  static String decodePath(String path) {
    return decode(path, 0, path.length(), false);
  }

  /** The bytes that a part of a path stands for. */
  static byte[] decodePathBytes(String path) {
    byte[] bytes = new byte[path.length() * 3];
    int length = decode(path, 0, path.length(), false, bytes);
    return Arrays.copyOf(bytes, length);
  }

  private static String decode(String text, int from, int to, boolean plus) {
    boolean plain = true;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      plain &= c != '%' && (c != '+' || !plus);
    }
    if (plain) {
      return text.substring(from, to);
    }
    byte[] bytes = new byte[(to - from) * 3];
    int length = decode(text, from, to, plus, bytes);
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  private static int decode(String text, int from, int to, boolean plus, byte[] bytes) {
    int length = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (c == '%') {
        if (i + 2 >= to || nibble(text, i + 1) < 0 || nibble(text, i + 2) < 0) {
          throw new IllegalArgumentException(
              "invalid URL escape \"" + text.substring(i, Math.min(i + 3, to)) + "\"");
        }
        bytes[length++] = (byte) (nibble(text, i + 1) << 4 | nibble(text, i + 2));
        i += 2;
      } else if (c == '+' && plus) {
        bytes[length++] = ' ';
      } else if (c < 0x80) {
        bytes[length++] = (byte) c;
      } else {
        int point = text.codePointAt(i);
        byte[] encoded = Character.toString(point).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(encoded, 0, bytes, length, encoded.length);
        length += encoded.length;
        i += Character.charCount(point) - 1;
      }
    }
    return length;
  }

  private static int nibble(String text, int at) {
    return Character.digit(text.charAt(at), 16);
  }
}
