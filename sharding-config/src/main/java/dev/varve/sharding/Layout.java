package dev.varve.sharding;

import dev.varve.sharding.ClusterConfig.Group;
import dev.varve.sharding.ClusterConfig.Records;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one primary holds of its group; never changes once the database has been made.
 *
 * @param part number of the primary, from 0
 * @param parts how many primaries the group has
 * @param shards actual tables for each sharded table, over all primaries
 */
record Layout(Set<Records> records, int part, int parts, int shards) {
  static Layout of(Group group, int part) {
    return new Layout(group.records(), part, group.parts().size(), group.shards());
  }

  boolean isPlain() {
    return shards == 1;
  }

  /** The kinds of records in the order of the alphabet, with commas between them. */
  String recordWords() {
    return records.stream()
        .map(record -> record.name().toLowerCase(Locale.ROOT))
        .sorted()
        .collect(Collectors.joining(","));
  }

  @Override
  public String toString() {
    return recordWords() + ", part " + part + " of " + parts + ", " + shards + " shards";
  }
}
