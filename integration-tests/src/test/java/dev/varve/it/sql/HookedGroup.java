package dev.varve.it.sql;

import dev.varve.storage.disk.sql.SqlGroup;
import dev.varve.storage.disk.sql.SqlNode;
import dev.varve.storage.fault.Hooked;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** A group whose connections to primaries are hooked. */
final class HookedGroup implements SqlGroup {
  private final SqlGroup group;
  private final Hooked.Hook hook;

  HookedGroup(SqlGroup group, Hooked.Hook hook) {
    this.group = group;
    this.hook = hook;
  }

  @Override
  public Connection connect() throws SQLException {
    return Hooked.of(Connection.class, group.connect(), hook);
  }

  @Override
  public <T> T read(Replicas replicas, Reading<T> reading) throws SQLException {
    return group.read(replicas, reading);
  }

  @Override
  public String name() {
    return group.name();
  }

  @Override
  public boolean holdsChain() {
    return group.holdsChain();
  }

  @Override
  public boolean holdsExecution() {
    return group.holdsExecution();
  }

  @Override
  public int parts() {
    return group.parts();
  }

  @Override
  public boolean isSharded() {
    return group.isSharded();
  }

  @Override
  public List<SqlNode> nodes() {
    return group.nodes();
  }
}
