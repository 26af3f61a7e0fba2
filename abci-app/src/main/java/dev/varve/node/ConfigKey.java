package dev.varve.node;

import java.util.List;
import java.util.function.Function;

/**
 * One setting: its name, default, what is allowed and what it does; template and parser both read
 * this, so that they cannot drift apart.
 *
 * @param name section and key with a dot between
 * @param text the default as TOML
 * @param allowed completes "must be ..."
 * @param meaning for the template, a line each
 * @param reader turns the TOML value into the setting's; throws IllegalArgumentException
 */
record ConfigKey<T>(
    String name, String text, String allowed, List<String> meaning, Function<Object, T> reader) {

  static ConfigKey<String> text(
      String name,
      String standard,
      String allowed,
      Function<String, String> check,
      String... meaning) {
    return new ConfigKey<>(
        name,
        quote(standard),
        allowed,
        List.of(meaning),
        value -> check.apply(as(String.class, value)));
  }

  static ConfigKey<String> oneOf(
      String name, String standard, List<String> options, String... meaning) {
    Function<String, String> check =
        value -> {
          require(options.contains(value));
          return value;
        };
    return text(name, standard, "one of " + String.join(", ", options), check, meaning);
  }

  static ConfigKey<Boolean> flag(String name, boolean standard, String... meaning) {
    return new ConfigKey<>(
        name,
        Boolean.toString(standard),
        "true or false",
        List.of(meaning),
        value -> value instanceof String text ? bool(text) : as(Boolean.class, value));
  }

  private static boolean bool(String text) {
    require(text.equals("true") || text.equals("false"));
    return text.equals("true");
  }

  static ConfigKey<Long> number(String name, long standard, long min, long max, String... meaning) {
    return new ConfigKey<>(
        name,
        Long.toString(standard),
        "a whole number, " + min + " to " + max,
        List.of(meaning),
        value -> between(as(Long.class, value), min, max));
  }

  static ConfigKey<Long> bytes(String name, long standard, long min, long max, String... meaning) {
    return new ConfigKey<>(
        name,
        quote(ByteSize.exact(standard)),
        "bytes such as \"256 MiB\", " + ByteSize.exact(min) + " to " + ByteSize.exact(max),
        List.of(meaning),
        value ->
            between(
                value instanceof Long count ? count : ByteSize.parse(as(String.class, value)),
                min,
                max));
  }

  String section() {
    return name.substring(0, name.indexOf('.'));
  }

  String leaf() {
    return name.substring(name.indexOf('.') + 1);
  }

  /** A value as it stands in the file. */
  String literal(String value) {
    return text.startsWith("\"") ? quote(value) : value;
  }

  static String quote(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static long between(long value, long min, long max) {
    require(value >= min && value <= max);
    return value;
  }

  static void require(boolean condition) {
    if (!condition) {
      throw new IllegalArgumentException("not allowed");
    }
  }

  private static <T> T as(Class<T> type, Object value) {
    require(type.isInstance(value));
    return type.cast(value);
  }
}
