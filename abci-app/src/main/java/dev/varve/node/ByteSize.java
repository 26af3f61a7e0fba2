package dev.varve.node;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Byte counts as people write them: {@code 65536}, {@code 64 KiB}, {@code 1 GiB}. */
public final class ByteSize {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,18})\\s*(B|KiB|MiB|GiB|TiB)?");
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  private ByteSize() {}

  /**
   * Reads a count of bytes.
   *
   * @throws IllegalArgumentException when it is no such text or passes 2^63 - 1
   */
  public static long parse(String text) {
    Matcher matcher = TEXT.matcher(text.trim());
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not a byte count: " + text);
    }
    long factor = 1;
    String unit = matcher.group(2) == null ? "B" : matcher.group(2);
    for (int i = 0; !UNITS[i].equals(unit); i++) {
      factor <<= 10;
    }
    try {
      return Math.multiplyExact(Long.parseLong(matcher.group(1)), factor);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("too large: " + text, e);
    }
  }

  /** The count exactly, in the largest unit that divides it. */
  public static String exact(long bytes) {
    int unit = 0;
    long value = bytes;
    while (unit < UNITS.length - 1 && value != 0 && value % 1024 == 0) {
      value /= 1024;
      unit++;
    }
    return value + " " + UNITS[unit];
  }

  /** The count to one decimal place, for people. */
  public static String rounded(long bytes) {
    int unit = 0;
    double value = bytes;
    while (unit < UNITS.length - 1 && value >= 1024) {
      value /= 1024;
      unit++;
    }
    String form = unit == 0 ? "%.0f %s" : "%.1f %s";
    return String.format(Locale.ROOT, form, value, UNITS[unit]);
  }
}
