package dev.varve.sharding;

import dev.varve.sharding.ClusterConfig.Group;
import dev.varve.sharding.ClusterConfig.Part;
import dev.varve.sharding.ClusterConfig.Source;
import java.util.List;
import java.util.stream.Collectors;

/** Writes the rules of one group in the form that ShardingSphere reads. */
final class RouterYaml {
  private final Group group;

  RouterYaml(Group group) {
    this.group = group;
  }

  /**
   * Rules over data sources.
   *
   * @param replicas whether reads go to replicas; else data sources have the names of parts
   */
  String text(boolean replicas) {
    StringBuilder yaml = new StringBuilder();
    yaml.append("databaseName: ").append(group.name()).append('\n');
    yaml.append("mode:\n  type: Standalone\n  repository:\n    type: ");
    yaml.append(MemoryRepository.TYPE).append("\n");
    yaml.append("rules:\n");
    if (replicas) {
      splitting(yaml);
    }
    if (group.isPlain()) {
      single(yaml);
    } else {
      sharding(yaml);
    }
    yaml.append("props:\n  sql-show: false\n");
    return yaml.toString();
  }

  private void splitting(StringBuilder yaml) {
    yaml.append("- !READWRITE_SPLITTING\n  dataSourceGroups:\n");
    for (Part part : group.parts()) {
      if (part.replicas().isEmpty()) {
        continue;
      }
      List<String> readers = part.replicas().stream().map(Source::name).toList();
      yaml.append("    ").append(part.name()).append(":\n");
      yaml.append("      writeDataSourceName: ").append(part.primary().name()).append('\n');
      yaml.append("      readDataSourceNames: [").append(String.join(", ", readers)).append("]\n");
      yaml.append("      transactionalReadQueryStrategy: PRIMARY\n");
      yaml.append("      loadBalancerName: balancer\n");
    }
    yaml.append("  loadBalancers:\n    balancer:\n      type: ").append(group.loadBalancer());
    yaml.append('\n');
  }

  private void single(StringBuilder yaml) {
    String part = group.parts().get(0).name();
    yaml.append("- !SINGLE\n  tables:\n");
    for (Tables table : Tables.of(Layout.of(group, 0))) {
      yaml.append("  - ").append(part).append('.').append(table.logicalName()).append('\n');
    }
  }

  private void sharding(StringBuilder yaml) {
    // Without the prefix the list would be a Groovy expression, at the cost of Groovy.
    String sources =
        group.parts().stream().map(Part::name).collect(Collectors.joining(",", "<LITERAL>", ""));
    yaml.append("- !SHARDING\n  autoTables:\n");
    for (Tables table : Tables.of(Layout.of(group, 0))) {
      yaml.append("    ").append(table.logicalName()).append(":\n");
      yaml.append("      actualDataSources: \"").append(sources).append("\"\n");
      yaml.append("      shardingStrategy:\n        standard:\n          shardingColumn: ");
      yaml.append(table.spread().column()).append("\n          shardingAlgorithmName: ");
      yaml.append(table.spread() == Tables.Spread.PART ? "parts" : "shards").append('\n');
    }
    yaml.append("  shardingAlgorithms:\n");
    yaml.append("    shards:\n      type: HASH_MOD\n      props:\n        sharding-count: ");
    yaml.append(group.shards()).append('\n');
    yaml.append("    parts:\n      type: MOD\n      props:\n        sharding-count: ");
    yaml.append(group.parts().size()).append('\n');
  }
}
