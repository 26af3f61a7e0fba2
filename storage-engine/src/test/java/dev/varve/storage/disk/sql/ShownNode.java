package dev.varve.storage.disk.sql;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A replica that shows whatever height a test says, without a database. */
final class ShownNode implements SqlNode {
  private final String name;
  private final int part;
  private long height;
  private boolean fails;

  ShownNode(String name, int part) {
    this.name = name;
    this.part = part;
  }

  void show(long shown) {
    height = shown;
  }

  void fail() {
    fails = true;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int part() {
    return part;
  }

  @Override
  public boolean isReplica() {
    return true;
  }

  @Override
  public String heightsTable() {
    return "heights";
  }

  @Override
  public Connection connect() throws SQLException {
    if (fails) {
      throw new SQLException("down", "08001");
    }
    return of(Connection.class);
  }

  /** Connection, statement and row alike: each gives the next, and the row the height. */
  private <T> T of(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, args) ->
                switch (method.getName()) {
                  case "createStatement" -> of(Statement.class);
                  case "executeQuery" -> of(ResultSet.class);
                  case "next" -> true;
                  case "getLong" -> height;
                  case "close" -> null;
                  default -> throw new UnsupportedOperationException(method.getName());
                }));
  }
}
