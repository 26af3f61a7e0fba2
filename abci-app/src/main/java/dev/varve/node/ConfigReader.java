package dev.varve.node;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** Reads settings from a file, with the command line's put over them. */
final class ConfigReader {
  private final Path file;
  private final TomlParseResult toml;
  private final Map<String, String> overrides;

  /**
   * Parses the whole file and refuses what is not a setting.
   *
   * @param overrides settings of the command line by name, as TOML strings without their quotes
   */
  ConfigReader(Path file, Map<String, String> overrides) {
    this.file = file;
    this.overrides = Map.copyOf(overrides);
    this.toml = parse(file);
    for (List<String> path : toml.keyPathSet(true)) {
      requireKnown(path);
    }
  }

  <T> T get(ConfigKey<T> key) {
    Object value = overrides.get(key.name());
    if (value == null) {
      value = toml.get(key.name());
    }
    if (value == null) {
      value = Objects.requireNonNull(Toml.parse("x = " + key.text()).get("x"));
    }
    try {
      return key.reader().apply(value);
    } catch (IllegalArgumentException e) {
      throw refuse(key, value, key.allowed());
    }
  }

  /** What to throw for a value that is not allowed. */
  ConfigException refuse(ConfigKey<?> key, Object value, String allowed) {
    String place =
        overrides.containsKey(key.name())
            ? "command line"
            : place(toml.inputPositionOf(key.name()));
    return new ConfigException(
        place + ": " + key.name() + " = " + show(value) + ": must be " + allowed);
  }

  private static TomlParseResult parse(Path file) {
    TomlParseResult result;
    try {
      result = Toml.parse(Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new ConfigException(
          "no " + file + ": this is not a home; make one with varve init --home " + parent(file));
    } catch (MalformedInputException e) {
      throw new ConfigException(file + ": is not UTF-8 text");
    } catch (IOException e) {
      throw new NodeException("cannot read " + file + ": " + NodeHome.words(e), e);
    }
    if (result.hasErrors()) {
      TomlParseError error = result.errors().get(0);
      throw new ConfigException(
          file + ":" + error.position().line() + ": " + error.getMessage() + ", as TOML");
    }
    return result;
  }

  private void requireKnown(List<String> path) {
    String name = String.join(".", path);
    boolean table = toml.get(path) instanceof TomlTable;
    boolean known =
        ConfigKeys.ALL.stream()
            .anyMatch(key -> table ? key.section().equals(name) : key.name().equals(name));
    if (!known) {
      throw new ConfigException(
          place(toml.inputPositionOf(path)) + ": unknown key " + name + "; " + allowed(path));
    }
  }

  private static String allowed(List<String> path) {
    List<String> inSection =
        ConfigKeys.ALL.stream()
            .filter(key -> path.size() > 1 && key.section().equals(path.get(0)))
            .map(ConfigKey::leaf)
            .toList();
    if (!inSection.isEmpty()) {
      return "[" + path.get(0) + "] has " + String.join(", ", inSection);
    }
    List<String> sections = ConfigKeys.ALL.stream().map(ConfigKey::section).distinct().toList();
    return "the sections are " + String.join(", ", sections);
  }

  private static String show(Object value) {
    if (value instanceof String text) {
      return ConfigKey.quote(text);
    }
    String json =
        value instanceof TomlArray array
            ? array.toJson()
            : value instanceof TomlTable table ? table.toJson() : value.toString();
    return json.replaceAll("\\s+", " ").strip();
  }

  private String place(TomlPosition position) {
    return position == null ? file.toString() : file + ":" + position.line();
  }

  private static Path parent(Path file) {
    return Objects.requireNonNullElse(file.getParent(), Path.of("."));
  }
}
