package dev.varve.it.sql;

import dev.varve.storage.disk.sql.SqlGroup;
import dev.varve.storage.disk.sql.SqlNode;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** A group whose connections to primaries tell what is about to be done with them. */
final class HookedGroup implements SqlGroup {
  private final SqlGroup group;
  private final Hook hook;

  HookedGroup(SqlGroup group, Hook hook) {
    this.group = group;
    this.hook = hook;
  }

  /** Told each statement's text when it is prepared, and {@code commit}. */
  @FunctionalInterface
  interface Hook {
    void before(String what) throws Exception;
  }

  @Override
  public Connection connect(boolean primary) throws SQLException {
    Connection connection = group.connect(primary);
    if (!primary) {
      return connection;
    }
    return (Connection)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("prepareStatement")) {
                hook.before((String) arguments[0]);
              } else if (method.getName().equals("commit")) {
                hook.before("commit");
              }
              try {
                return method.invoke(connection, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
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
