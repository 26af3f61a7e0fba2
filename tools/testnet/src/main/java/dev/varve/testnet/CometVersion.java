package dev.varve.testnet;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An asked version: a line such as 0.38, of which any patch will do, or one exact release.
 *
 * @param line major and minor number, "0.38"
 * @param exact the whole version, "0.38.26": what is built when nothing fitting is found
 * @param anyPatch whether another patch of the line is as good
 */
record CometVersion(String line, String exact, boolean anyPatch) {
  /** The tested release of each supported line. */
  private static final Map<String, String> RELEASES =
      Map.of("0.38", "0.38.26", "0.40", "0.40.0", "1.0", "1.0.1");

  private static final String DEFAULT_LINE = "0.38";
  private static final Pattern FORM = Pattern.compile("v?(\\d+\\.\\d+)(\\.\\d+[-.0-9A-Za-z]*)?");

  static boolean isVersion(String text) {
    return FORM.matcher(text).matches();
  }

  /** Reads "0.38", "0.38.26" or "v0.40.0"; null stands for the default line. */
  static CometVersion parse(String text) {
    Matcher parts = FORM.matcher(text == null ? DEFAULT_LINE : text);
    if (!parts.matches() || !RELEASES.containsKey(parts.group(1))) {
      throw new TestnetException(
          "CometBFT version \"%s\" is not supported: allowed are the lines %s and their releases"
              .formatted(text, String.join(", ", new TreeMap<>(RELEASES).keySet())));
    }
    String line = parts.group(1);
    return parts.group(2) == null
        ? new CometVersion(line, RELEASES.get(line), true)
        : new CometVersion(line, line + parts.group(2), false);
  }

  /**
   * The supported line of a release, by what its own sources call it: those of v0.40.0 say 0.39.0.
   * Empty for a release of another line.
   */
  static Optional<String> lineOf(String ownName) {
    Matcher parts = FORM.matcher(ownName.replaceFirst("\\+.*", ""));
    if (!parts.matches()) {
      return Optional.empty();
    }
    String line = parts.group(1).equals("0.39") ? "0.40" : parts.group(1);
    return Optional.of(line).filter(RELEASES::containsKey);
  }

  /** Whether an executable of this version answers what was asked. */
  boolean accepts(String version) {
    return anyPatch ? version.startsWith(line + ".") : version.equals(exact);
  }

  @Override
  public String toString() {
    return anyPatch ? line : exact;
  }
}
