package dev.varve.storage.disk.sql;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;

/** A group that has nothing but replicas which show heights. */
final class ShownGroup implements SqlGroup {
  private final int parts;
  private final List<SqlNode> nodes = new ArrayList<>();

  ShownGroup(int parts) {
    this.parts = parts;
  }

  ShownNode replica(String name, int part) {
    ShownNode node = new ShownNode(name, part);
    nodes.add(node);
    return node;
  }

  @Override
  public String name() {
    return "shown";
  }

  @Override
  public boolean holdsChain() {
    return true;
  }

  @Override
  public boolean holdsExecution() {
    return true;
  }

  @Override
  public int parts() {
    return parts;
  }

  @Override
  public boolean isSharded() {
    return parts > 1;
  }

  @Override
  public Connection connect() {
    throw new UnsupportedOperationException();
  }

  @Override
  public <T> T read(Replicas replicas, Reading<T> reading) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<SqlNode> nodes() {
    return List.copyOf(nodes);
  }
}
