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
  public Connection connect(boolean primary) throws SQLException {
    Connection connection = group.connect(primary);
    return primary ? Hooked.of(Connection.class, connection, hook) : connection;
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
