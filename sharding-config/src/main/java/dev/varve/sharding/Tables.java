package dev.varve.sharding;

import dev.varve.sharding.ClusterConfig.Records;
import java.util.ArrayList;
import java.util.List;

/** The tables of the current schema, and by what each is spread over actual tables. */
enum Tables {
  HOME(null, Spread.PART, "home"),
  HEIGHTS(null, Spread.PART, "heights"),
  BLOCKS(Records.CHAIN, Spread.HEIGHT, "blocks"),
  HEADERS(2, Records.CHAIN, Spread.HEIGHT, "headers"),
  TRANSACTIONS(Records.CHAIN, Spread.HEIGHT, "transactions"),
  LOCATIONS(Records.CHAIN, Spread.SHARD, "locations"),
  TX_RESULTS(Records.EXECUTION, Spread.HEIGHT, "tx_results"),
  LOGS(Records.EXECUTION, Spread.HEIGHT, "logs"),
  ATTRIBUTES(Records.EXECUTION, Spread.HEIGHT, "attributes"),
  STATE(Records.EXECUTION, Spread.SHARD, "state"),
  STATE_HISTORY(Records.EXECUTION, Spread.SHARD, "state_history"),
  HISTORY(Records.EXECUTION, Spread.HEIGHT, "history"),
  COMMITMENTS(Records.EXECUTION, Spread.HEIGHT, "commitments"),
  META(Records.EXECUTION, Spread.SHARD, "meta");

  /** The column whose value says in which actual table a row lies. */
  enum Spread {
    PART("part"),
    HEIGHT("height"),
    SHARD("shard");

    private final String column;

    Spread(String column) {
      this.column = column;
    }

    String column() {
      return column;
    }
  }

  private final int since;
  private final Records records;
  private final Spread spread;
  private final String logicalName;

  Tables(Records records, Spread spread, String logicalName) {
    this(1, records, spread, logicalName);
  }

  Tables(int since, Records records, Spread spread, String logicalName) {
    this.since = since;
    this.records = records;
    this.spread = spread;
    this.logicalName = logicalName;
  }

  /** The schema version that has it first. */
  int since() {
    return since;
  }

  Spread spread() {
    return spread;
  }

  String logicalName() {
    return logicalName;
  }

  static List<Tables> of(Layout layout) {
    List<Tables> tables = new ArrayList<>();
    for (Tables table : values()) {
      if (table.records == null || layout.records().contains(table.records)) {
        tables.add(table);
      }
    }
    return tables;
  }

  /** Names of this table's actual tables on one primary, as ShardingSphere spreads them. */
  List<String> actualNames(Layout layout) {
    if (layout.isPlain()) {
      return List.of(logicalName);
    }
    if (spread == Spread.PART) {
      return List.of(logicalName + "_" + layout.part());
    }
    List<String> names = new ArrayList<>();
    for (int shard = layout.part(); shard < layout.shards(); shard += layout.parts()) {
      names.add(logicalName + "_" + shard);
    }
    return names;
  }
}
