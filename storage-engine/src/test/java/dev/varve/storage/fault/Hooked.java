package dev.varve.storage.fault;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** A real object of which each call can be held up or made to fail. */
public final class Hooked {
  private Hooked() {}

  /** Runs before each call; what it throws is thrown instead of the call. */
  @FunctionalInterface
  public interface Hook {
    void before(String method, Object[] args) throws Exception;

    /** Runs after each call that did not fail; what it throws the caller is told instead. */
    default void after(String method) {}
  }

  public static <T> T of(Class<T> type, T real, Hook hook) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, args) -> {
              hook.before(method.getName(), args);
              Object result;
              try {
                result = method.invoke(real, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              hook.after(method.getName());
              return result;
            }));
  }
}
