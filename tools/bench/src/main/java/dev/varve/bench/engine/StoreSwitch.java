package dev.varve.bench.engine;

import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;

/** A disk store that can be taken away: while it is down, what needs the disk fails at once. */
final class StoreSwitch {
  // Known without the disk.
  private static final Set<String> ALWAYS =
      Set.of(
          "applied",
          "durableBefore",
          "forces",
          "diskBytes",
          "historyFloor",
          "chainFloor",
          "close",
          "toString");

  private final DiskStore real;
  private final DiskStore switched;
  private volatile boolean down;

  StoreSwitch(DiskStore real) {
    this.real = real;
    this.switched =
        (DiskStore)
            Proxy.newProxyInstance(
                DiskStore.class.getClassLoader(),
                new Class<?>[] {DiskStore.class},
                (proxy, method, arguments) -> call(method, arguments));
  }

  DiskStore store() {
    return switched;
  }

  void down(boolean isDown) {
    down = isDown;
  }

  private Object call(Method method, Object[] arguments) throws Throwable {
    if (down && !ALWAYS.contains(method.getName())) {
      throw new StorageException.Unavailable("switched off by the benchmark", null);
    }
    try {
      return method.invoke(real, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
