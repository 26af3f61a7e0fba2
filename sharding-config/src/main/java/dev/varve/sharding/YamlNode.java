package dev.varve.sharding;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** A place in a YAML file that knows its path, so that each error can name it; no objects made. */
final class YamlNode {
  private static final int MAX_CHARS = 1 << 20;

  private final String file;
  private final String path;
  private final Node node;

  private YamlNode(String file, String path, Node node) {
    this.file = file;
    this.path = path;
    this.node = node;
  }

  static YamlNode read(Path file) {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new ClusterConfigException(file + ": no such file");
    } catch (CharacterCodingException e) {
      throw new ClusterConfigException(file + ": not a text in UTF-8");
    } catch (IOException e) {
      throw new ClusterConfigException(file + ": cannot be read: " + e.getMessage());
    }
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MAX_CHARS);
    options.setMaxAliasesForCollections(0);
    try {
      Node root = new Yaml(new SafeConstructor(options)).compose(new StringReader(text));
      if (root == null) {
        throw new ClusterConfigException(file + ": is empty; needed are dataSources and groups");
      }
      return new YamlNode(file.toString(), "", root);
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      throw new ClusterConfigException(file + " line " + line + ": no YAML: " + e.getProblem());
    } catch (YAMLException e) {
      throw new ClusterConfigException(file + ": no YAML: " + e.getMessage());
    }
  }

  String path() {
    return path;
  }

  /** The name of a rule, such as READWRITE_SPLITTING for {@code !READWRITE_SPLITTING}. */
  String tag() {
    String tag = node.getTag().getValue();
    return tag.startsWith("!") ? tag.substring(1) : "";
  }

  /** A mistake at this place: what stands there, and what is allowed. */
  ClusterConfigException error(String allowed) {
    return error(path, shown(), allowed);
  }

  /** A mistake at this place whose value must not be shown, or that lies in what is absent. */
  ClusterConfigException problem(String sentence) {
    return new ClusterConfigException(where(path) + ": " + sentence);
  }

  private ClusterConfigException error(String at, String value, String allowed) {
    return new ClusterConfigException(where(at) + " = " + value + ": " + allowed);
  }

  private String where(String at) {
    int line = node.getStartMark().getLine() + 1;
    return file + " line " + line + ": " + (at.isEmpty() ? "the file" : at);
  }

  private String shown() {
    if (node instanceof ScalarNode scalar) {
      return scalar.getTag().equals(Tag.NULL) ? "(nothing)" : "'" + scalar.getValue() + "'";
    }
    return node instanceof SequenceNode ? "a list" : "a map";
  }

  /** Entries in the order of the file; refuses keys twice and keys not allowed. */
  Map<String, YamlNode> map(Set<String> allowed) {
    Map<String, YamlNode> entries = map();
    for (Map.Entry<String, YamlNode> entry : entries.entrySet()) {
      if (!allowed.contains(entry.getKey())) {
        throw entry
            .getValue()
            .problem("unknown key; allowed here: " + String.join(", ", new TreeSet<>(allowed)));
      }
    }
    return entries;
  }

  /** Entries with keys of the operator's choice, in the order of the file. */
  Map<String, YamlNode> map() {
    if (!(node instanceof MappingNode mapping)) {
      throw error("must be a map (key: value)");
    }
    Map<String, YamlNode> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        throw new YamlNode(file, path, tuple.getKeyNode()).error("a key must be a word");
      }
      String at = path.isEmpty() ? key.getValue() : path + "." + key.getValue();
      YamlNode value = new YamlNode(file, at, tuple.getValueNode());
      if (entries.put(key.getValue(), value) != null) {
        throw value.problem("stands there twice");
      }
    }
    return entries;
  }

  List<YamlNode> list() {
    if (!(node instanceof SequenceNode sequence)) {
      throw error("must be a list");
    }
    List<YamlNode> items = new ArrayList<>();
    for (Node item : sequence.getValue()) {
      items.add(new YamlNode(file, path + "[" + items.size() + "]", item));
    }
    return items;
  }

  String text() {
    if (!(node instanceof ScalarNode scalar)
        || scalar.getTag().equals(Tag.NULL)
        || scalar.getValue().isEmpty()) {
      throw error("must be a text");
    }
    return scalar.getValue();
  }

  /** A whole number within bounds, both allowed. */
  int integer(int min, int max) {
    String allowed = "must be a whole number from " + min + " to " + max;
    if (!(node instanceof ScalarNode scalar) || !scalar.getTag().equals(Tag.INT)) {
      throw error(allowed);
    }
    try {
      int value = Integer.parseInt(scalar.getValue());
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Too long or not decimal: refused like any other number out of bounds.
    }
    throw error(allowed);
  }

  <E extends Enum<E>> E oneOf(Class<E> type) {
    String text = text();
    List<String> names = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(text)) {
        return constant;
      }
      names.add(constant.name());
    }
    throw error("must be one of " + String.join(", ", names));
  }
}
