package dev.varve.testnet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A node's config.toml, edited line by line so that its comments stay; holds only single-line
 * values, as the node writes them.
 */
final class ConfigToml {
  private final Path file;
  private final List<String> lines;

  private ConfigToml(Path file, List<String> lines) {
    this.file = file;
    this.lines = lines;
  }

  static ConfigToml read(Path file) {
    try {
      return new ConfigToml(file, new ArrayList<>(Files.readAllLines(file)));
    } catch (IOException e) {
      throw new TestnetException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  void write() {
    try {
      Files.write(file, lines);
    } catch (IOException e) {
      throw new TestnetException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  /** Sets a value that must already be there; keys outside all sections have no dot. */
  void set(String sectionAndKey, String tomlValue) {
    int line = find(sectionAndKey);
    if (line < 0) {
      throw new TestnetException(file + " has no key " + sectionAndKey);
    }
    lines.set(line, key(sectionAndKey) + " = " + tomlValue);
  }

  /** Sets a value that only some versions know. */
  void setIfPresent(String sectionAndKey, String tomlValue) {
    if (find(sectionAndKey) >= 0) {
      set(sectionAndKey, tomlValue);
    }
  }

  /** A string value without its quotes; empty where the key is missing. */
  Optional<String> string(String sectionAndKey) {
    int line = find(sectionAndKey);
    return line < 0
        ? Optional.empty()
        : Optional.of(value(lines.get(line)).replaceAll("^\"|\"$", ""));
  }

  static String quote(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private int find(String sectionAndKey) {
    String wanted = section(sectionAndKey);
    String prefix = key(sectionAndKey);
    String section = "";
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.startsWith("[")) {
        section = line.replaceAll("[\\[\\]]", "");
      } else if (section.equals(wanted) && isKey(line, prefix)) {
        return i;
      }
    }
    return -1;
  }

  private static boolean isKey(String line, String key) {
    return line.startsWith(key) && line.substring(key.length()).stripLeading().startsWith("=");
  }

  private static String value(String line) {
    return line.substring(line.indexOf('=') + 1).strip();
  }

  private static String section(String sectionAndKey) {
    return sectionAndKey.substring(0, Math.max(0, sectionAndKey.lastIndexOf('.')));
  }

  private static String key(String sectionAndKey) {
    return sectionAndKey.substring(sectionAndKey.lastIndexOf('.') + 1);
  }
}
