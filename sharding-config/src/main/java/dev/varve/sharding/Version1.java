package dev.varve.sharding;

import java.sql.Connection;

/** Schema version 1: blocks, what their transactions gave, and state. */
final class Version1 extends SchemaStep {
  Version1(Layout layout) {
    super(1, layout);
  }

  @Override
  public String getDescription() {
    return "tables";
  }

  @Override
  void alter(Connection connection) {}
}
