package dev.varve.sharding;

import dev.varve.sharding.ClusterConfig.Secret;
import dev.varve.sharding.ClusterConfig.Source;
import dev.varve.sharding.ClusterConfig.Tls;
import dev.varve.sharding.ClusterConfig.TlsMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes a {@link Source} of an entry under dataSources and the defaults for all of them. */
final class SourceParser {
  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,63}");
  // 64 characters are the limit of MySQL; the rest is left for suffixes.
  private static final Pattern DATABASE = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,49}");
  private static final Pattern URL =
      Pattern.compile("jdbc:mysql://(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(?::(\\d{1,5}))?/(.+)");
  private static final int DEFAULT_PORT = 3306;
  private static final int MAX_SECRET_BYTES = 4096;
  private static final List<String> SECRETS = List.of("password", "passwordFile", "passwordEnv");

  private final Path folder;
  private final UnaryOperator<String> environment;
  private Map<String, YamlNode> defaults = Map.of();

  SourceParser(Path file, UnaryOperator<String> environment) {
    this.folder = file.toAbsolutePath().getParent();
    this.environment = environment;
  }

  static void checkName(String name, YamlNode node) {
    if (!NAME.matcher(name).matches()) {
      throw node.problem(
          "as a name must be a letter, then up to 63 letters, digits or underscores");
    }
  }

  static void checkDatabase(String name, YamlNode node) {
    if (!DATABASE.matcher(name).matches()) {
      throw node.error(
          "as a database's name must be a letter, then up to 49 letters, digits or underscores");
    }
  }

  void defaults(Optional<YamlNode> node) {
    if (node.isPresent()) {
      defaults =
          node.get().map(Set.of("username", "password", "passwordFile", "passwordEnv", "tls"));
      oneSecret(node.get(), defaults);
    }
  }

  Source parse(String name, YamlNode node) {
    Map<String, YamlNode> own =
        node.map(Set.of("url", "username", "password", "passwordFile", "passwordEnv", "tls"));
    Map<String, YamlNode> entries = new HashMap<>(defaults);
    if (oneSecret(node, own)) {
      SECRETS.forEach(entries::remove);
    }
    entries.putAll(own);
    for (String key : List.of("url", "username")) {
      if (!entries.containsKey(key)) {
        throw node.problem("lacks the key " + key);
      }
    }
    YamlNode url = entries.get("url");
    Matcher parts = URL.matcher(url.text());
    if (!parts.matches()) {
      throw url.error("must be jdbc:mysql://host:port/database");
    }
    if (parts.group(3).contains("?")) {
      throw url.error("must have no parameters; see tls and pools");
    }
    int port = parts.group(2) == null ? DEFAULT_PORT : Integer.parseInt(parts.group(2));
    if (port < 1 || port > 65_535) {
      throw url.error("the port must be from 1 to 65535");
    }
    checkDatabase(parts.group(3), url);
    return new Source(
        name,
        parts.group(1).replaceAll("[\\[\\]]", ""),
        port,
        parts.group(3),
        entries.get("username").text(),
        secret(node, entries),
        tls(Optional.ofNullable(entries.get("tls"))));
  }

  private static boolean oneSecret(YamlNode node, Map<String, YamlNode> entries) {
    List<String> there = SECRETS.stream().filter(entries::containsKey).toList();
    if (there.size() > 1) {
      throw node.problem("has " + String.join(" and ", there) + "; only one of them is allowed");
    }
    return !there.isEmpty();
  }

  private Secret secret(YamlNode node, Map<String, YamlNode> entries) {
    if (entries.containsKey("password")) {
      return new Secret(entries.get("password").text());
    }
    if (entries.containsKey("passwordEnv")) {
      YamlNode variable = entries.get("passwordEnv");
      String value = environment.apply(variable.text());
      if (value == null || value.isEmpty()) {
        throw variable.error("this environment variable is not set");
      }
      return new Secret(value);
    }
    if (entries.containsKey("passwordFile")) {
      return secretOf(entries.get("passwordFile"));
    }
    throw node.problem("lacks a password, passwordFile or passwordEnv");
  }

  private Secret secretOf(YamlNode node) {
    Path file = folder.resolve(node.text());
    try {
      if (Files.size(file) > MAX_SECRET_BYTES) {
        throw node.error("a password file must have one line, and at most 4096 bytes");
      }
      String line = Files.readString(file).strip();
      if (line.isEmpty() || line.contains("\n")) {
        throw node.error("a password file must have one line with the password");
      }
      return new Secret(line);
    } catch (IOException e) {
      throw node.error("must be a file that can be read, from the folder of this one");
    }
  }

  private Tls tls(Optional<YamlNode> node) {
    if (node.isEmpty()) {
      return new Tls(TlsMode.PREFERRED, Optional.empty());
    }
    Map<String, YamlNode> entries = node.get().map(Set.of("mode", "caFile"));
    YamlNode mode = entries.get("mode");
    if (mode == null) {
      throw node.get().problem("lacks the key mode");
    }
    TlsMode value = mode.oneOf(TlsMode.class);
    YamlNode ca = entries.get("caFile");
    if (ca == null) {
      return new Tls(value, Optional.empty());
    }
    if (value != TlsMode.VERIFY_CA && value != TlsMode.VERIFY_IDENTITY) {
      throw ca.error("is of use with mode VERIFY_CA or VERIFY_IDENTITY only, not " + value);
    }
    Path file = folder.resolve(ca.text());
    if (!Files.isReadable(file)) {
      throw ca.error("must be a file that can be read, from the folder of this one");
    }
    PemCertificates.read(file, ca);
    return new Tls(value, Optional.of(file));
  }
}
