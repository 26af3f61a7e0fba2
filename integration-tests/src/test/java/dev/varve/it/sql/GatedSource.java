package dev.varve.it.sql;

import dev.varve.storage.fault.Hooked;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * What one gateway reaches the database through: its process can be frozen, or end without a word,
 * and each call on a connection can be hooked.
 */
final class GatedSource implements Hooked.Hook {
  private final DataSource real;
  private volatile Hooked.Hook hook = (method, args) -> {};
  private boolean frozen;
  private boolean dead;

  GatedSource(DataSource real) {
    this.real = real;
  }

  /** As the store takes it. */
  DataSource source() {
    return (DataSource)
        Proxy.newProxyInstance(
            DataSource.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, args) -> {
              before(method.getName(), args);
              try {
                Object result = method.invoke(real, args);
                return result instanceof Connection connection
                    ? Hooked.of(Connection.class, connection, this)
                    : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** Has a hook run before and after each call on a connection. */
  void hook(Hooked.Hook next) {
    hook = next;
  }

  /** From now on nothing goes on. */
  synchronized void freeze() {
    frozen = true;
  }

  synchronized void thaw() {
    frozen = false;
    notifyAll();
  }

  /** From now on nothing reaches the database, as after the end of the process. */
  synchronized void die() {
    dead = true;
    thaw();
  }

  synchronized void revive() {
    dead = false;
  }

  @Override
  public void before(String method, Object[] args) throws Exception {
    if (!method.equals("close")) {
      pass();
      hook.before(method, args);
    }
  }

  @Override
  public void after(String method) {
    hook.after(method);
  }

  private synchronized void pass() throws SQLException {
    try {
      while (frozen) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (dead) {
      throw new SQLException("the process of the test has ended", "08S01");
    }
  }
}
