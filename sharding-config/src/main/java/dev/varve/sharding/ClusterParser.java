package dev.varve.sharding;

import dev.varve.sharding.ClusterConfig.Group;
import dev.varve.sharding.ClusterConfig.LoadBalancer;
import dev.varve.sharding.ClusterConfig.Part;
import dev.varve.sharding.ClusterConfig.Pool;
import dev.varve.sharding.ClusterConfig.Records;
import dev.varve.sharding.ClusterConfig.Source;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Makes a {@link ClusterConfig} of a file; the first mistake ends it. */
final class ClusterParser {
  private static final int MAX_SHARDS = 1024;
  private static final Pool PRIMARY_DEFAULTS =
      new Pool(8, 1, 2_000, 2_000, 10_000, 60_000, 1_800_000);
  private static final Pool REPLICA_DEFAULTS = new Pool(8, 1, 500, 500, 3_000, 60_000, 1_800_000);

  private final Path file;
  private final SourceParser sourceParser;
  private final Map<String, Source> sources = new LinkedHashMap<>();
  private final Map<String, YamlNode> sourceNodes = new LinkedHashMap<>();
  private final Map<String, String> usedAt = new HashMap<>();

  ClusterParser(Path file, UnaryOperator<String> environment) {
    this.file = file;
    this.sourceParser = new SourceParser(file, environment);
  }

  ClusterConfig parse() {
    YamlNode root = YamlNode.read(file);
    Map<String, YamlNode> top =
        root.map(
            Set.of(
                "defaults", "pools", "dataSources", "groups", "trimAfterReplicas", "sinkDatabase"));
    Pool[] pools = pools(Optional.ofNullable(top.get("pools")));
    sourceParser.defaults(Optional.ofNullable(top.get("defaults")));
    needed(root, top, "dataSources").map().forEach(this::source);
    if (sources.isEmpty()) {
      throw top.get("dataSources").problem("needs at least one data source");
    }
    List<Group> groups = groups(needed(root, top, "groups"));
    for (Map.Entry<String, YamlNode> entry : sourceNodes.entrySet()) {
      if (!usedAt.containsKey(entry.getKey())) {
        throw entry.getValue().problem("is in no group; name it in one or remove it");
      }
    }
    int replicas = fewestReplicas(groups);
    YamlNode trim = top.get("trimAfterReplicas");
    int trimAfterReplicas = trim == null ? Math.min(1, replicas) : trim.integer(0, 100);
    if (trimAfterReplicas > replicas) {
      throw trim.error("must be at most " + replicas + ", the fewest replicas of a primary");
    }
    return new ClusterConfig(
        file,
        pools[0],
        pools[1],
        groups,
        trimAfterReplicas,
        sinkDatabase(groups, Optional.ofNullable(top.get("sinkDatabase"))));
  }

  private static YamlNode needed(YamlNode parent, Map<String, YamlNode> entries, String key) {
    YamlNode node = entries.get(key);
    if (node == null) {
      throw parent.problem("lacks the key " + key);
    }
    return node;
  }

  private static int fewestReplicas(List<Group> groups) {
    return groups.stream()
        .flatMap(group -> group.parts().stream())
        .mapToInt(part -> part.replicas().size())
        .min()
        .orElse(0);
  }

  private static Pool[] pools(Optional<YamlNode> node) {
    Map<String, YamlNode> entries =
        node.map(n -> n.map(Set.of("primary", "replica"))).orElse(Map.of());
    return new Pool[] {
      pool(entries.get("primary"), PRIMARY_DEFAULTS), pool(entries.get("replica"), REPLICA_DEFAULTS)
    };
  }

  private static Pool pool(YamlNode node, Pool defaults) {
    if (node == null) {
      return defaults;
    }
    Map<String, YamlNode> entries =
        node.map(
            Set.of(
                "maxPoolSize",
                "minPoolSize",
                "connectionTimeoutMilliseconds",
                "connectTimeoutMilliseconds",
                "socketTimeoutMilliseconds",
                "idleTimeoutMilliseconds",
                "maxLifetimeMilliseconds"));
    int size = number(entries, "maxPoolSize", 2, 500, defaults.maxPoolSize());
    int idle = number(entries, "minPoolSize", 0, 500, Math.min(size, defaults.minPoolSize()));
    if (idle > size) {
      throw entries.get("minPoolSize").error("must be at most maxPoolSize = " + size);
    }
    return new Pool(
        size,
        idle,
        number(
            entries, "connectionTimeoutMilliseconds", 250, 60_000, defaults.connectionTimeoutMs()),
        number(entries, "connectTimeoutMilliseconds", 50, 60_000, defaults.connectTimeoutMs()),
        number(entries, "socketTimeoutMilliseconds", 100, 600_000, defaults.socketTimeoutMs()),
        number(entries, "idleTimeoutMilliseconds", 10_000, 3_600_000, defaults.idleTimeoutMs()),
        number(entries, "maxLifetimeMilliseconds", 30_000, 86_400_000, defaults.maxLifetimeMs()));
  }

  private static int number(
      Map<String, YamlNode> entries, String key, int min, int max, int otherwise) {
    YamlNode node = entries.get(key);
    return node == null ? otherwise : node.integer(min, max);
  }

  private void source(String name, YamlNode node) {
    SourceParser.checkName(name, node);
    sources.put(name, sourceParser.parse(name, node));
    sourceNodes.put(name, node);
  }

  private List<Group> groups(YamlNode node) {
    Map<String, YamlNode> entries = node.map();
    if (entries.isEmpty() || entries.size() > 2) {
      throw node.problem("needs one group or two, there are " + entries.size());
    }
    List<Group> groups = new ArrayList<>();
    EnumSet<Records> missing = EnumSet.allOf(Records.class);
    entries.forEach((name, group) -> groups.add(group(name, group, missing)));
    if (!missing.isEmpty()) {
      String words = missing.toString().toLowerCase(Locale.ROOT);
      throw node.problem("no group has " + words + " among its records");
    }
    groups.sort(Comparator.comparing(group -> !group.records().contains(Records.EXECUTION)));
    return groups;
  }

  private Group group(String name, YamlNode node, Set<Records> missing) {
    SourceParser.checkName(name, node);
    Map<String, YamlNode> entries = node.map(Set.of("records", "rules"));
    EnumSet<Records> records = EnumSet.noneOf(Records.class);
    for (YamlNode item : needed(node, entries, "records").list()) {
      records.add(record(item, missing));
    }
    if (records.isEmpty()) {
      throw entries.get("records").problem("needs execution, chain or both");
    }
    YamlNode splitting = null;
    YamlNode sharding = null;
    for (YamlNode rule : needed(node, entries, "rules").list()) {
      if (rule.tag().equals("READWRITE_SPLITTING") && splitting == null) {
        splitting = rule;
      } else if (rule.tag().equals("SHARDING") && sharding == null) {
        sharding = rule;
      } else {
        throw rule.problem(
            "must begin with !READWRITE_SPLITTING or !SHARDING, each at most once"
                + (rule.tag().isEmpty() ? "" : ", not !" + rule.tag()));
      }
    }
    if (splitting == null) {
      throw entries.get("rules").problem("needs a rule !READWRITE_SPLITTING");
    }
    Map<String, YamlNode> rule = splitting.map(Set.of("dataSourceGroups", "loadBalancer"));
    List<Part> parts = new ArrayList<>();
    YamlNode partsNode = needed(splitting, rule, "dataSourceGroups");
    partsNode.map().forEach((part, at) -> parts.add(part(part, at)));
    if (parts.isEmpty()) {
      throw partsNode.problem("needs at least one primary with its replicas");
    }
    YamlNode balancer = rule.get("loadBalancer");
    return new Group(
        name,
        records,
        balancer == null ? LoadBalancer.ROUND_ROBIN : balancer.oneOf(LoadBalancer.class),
        shards(sharding, parts.size()),
        parts);
  }

  private static Records record(YamlNode item, Set<Records> missing) {
    Records record =
        switch (item.text()) {
          case "execution" -> Records.EXECUTION;
          case "chain" -> Records.CHAIN;
          default -> throw item.error("must be execution or chain");
        };
    if (!missing.remove(record)) {
      throw item.error("is held already; each kind of records lies in one group");
    }
    return record;
  }

  private static int shards(YamlNode rule, int primaries) {
    if (rule == null) {
      return primaries;
    }
    YamlNode node = needed(rule, rule.map(Set.of("shards")), "shards");
    int shards = node.integer(1, MAX_SHARDS);
    if (shards % primaries != 0) {
      throw node.error("must be a multiple of the number of primaries, " + primaries);
    }
    return shards;
  }

  private Part part(String name, YamlNode node) {
    SourceParser.checkName(name, node);
    if (sources.containsKey(name)) {
      throw node.problem("a data source has this name already; choose another one");
    }
    Map<String, YamlNode> entries = node.map(Set.of("writeDataSourceName", "readDataSourceNames"));
    Source primary = use(needed(node, entries, "writeDataSourceName"));
    List<Source> replicas = new ArrayList<>();
    YamlNode readers = entries.get("readDataSourceNames");
    for (YamlNode item : readers == null ? List.<YamlNode>of() : readers.list()) {
      Source replica = use(item);
      if (!replica.database().equals(primary.database())) {
        throw item.error(
            "its database is "
                + replica.database()
                + ", but must be that of its primary, "
                + primary.database());
      }
      replicas.add(replica);
    }
    return new Part(name, primary, replicas);
  }

  private Source use(YamlNode node) {
    Source source = sources.get(node.text());
    if (source == null) {
      throw node.error("must be one of dataSources: " + String.join(", ", sources.keySet()));
    }
    String before = usedAt.putIfAbsent(source.name(), node.path());
    if (before != null) {
      throw node.error("is used already at " + before);
    }
    String place = source.address() + "/" + source.database();
    String other = usedAt.putIfAbsent(place, source.name());
    if (other != null) {
      throw node.error("is the same database as " + other + ", " + place);
    }
    return source;
  }

  private static Optional<String> sinkDatabase(List<Group> groups, Optional<YamlNode> node) {
    Group execution = groups.get(0);
    boolean possible = execution.parts().size() == 1;
    if (node.isEmpty()) {
      String database = execution.parts().get(0).primary().database();
      return possible ? Optional.of(database + "_sink") : Optional.empty();
    }
    String name = node.get().text();
    if (name.equals("none")) {
      return Optional.empty();
    }
    if (!possible) {
      throw node.get().error("must be none, as the views need one primary for execution");
    }
    SourceParser.checkDatabase(name, node.get());
    for (Group group : groups) {
      for (Part part : group.parts()) {
        if (part.primary().database().equals(name)) {
          throw node.get().error("must be a database of its own, apart from the tables");
        }
      }
    }
    return Optional.of(name);
  }
}
