package dev.varve.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;

/**
 * Turns SIGINT and SIGTERM into a request to stop, so that the command ends in order and with an
 * exit code of its own; the JVM's own answer would be shutdown hooks and 128 + the signal's number.
 * A second signal ends the process at once.
 *
 * <p>Handlers of the process are set by the module jdk.unsupported, which is used by reflection as
 * the compiler warns of it and nothing supported can do the same. Where it is missing, the JVM's
 * own answer stays.
 */
final class StopSignal {
  private static final String SIGNAL = "sun.misc.Signal";
  private static final String HANDLER = "sun.misc.SignalHandler";

  private final CompletableFuture<Void> asked = new CompletableFuture<>();
  private Thread interruptible;

  /** Takes no signals yet. */
  StopSignal() {}

  /** Takes the signals from now on. */
  static StopSignal install() {
    StopSignal stop = new StopSignal();
    for (String name : new String[] {"INT", "TERM"}) {
      stop.handle(name);
    }
    return stop;
  }

  /** Completes when the process is asked to stop. */
  CompletableFuture<Void> asked() {
    return asked;
  }

  boolean isAsked() {
    return asked.isDone();
  }

  /** From now on a signal interrupts the calling thread, until {@link #uninterruptible()}. */
  synchronized void interruptible() {
    interruptible = Thread.currentThread();
  }

  /** The calling thread is no longer interrupted, and what came before is forgotten. */
  synchronized void uninterruptible() {
    interruptible = null;
    Thread.interrupted();
  }

  /** What a signal does. */
  void raise() {
    if (!asked.complete(null)) {
      Runtime.getRuntime().halt(CliException.FAILED);
    }
    synchronized (this) {
      if (interruptible != null) {
        interruptible.interrupt();
      }
    }
  }

  private void handle(String name) {
    InvocationHandler answer =
        (proxy, method, args) -> {
          switch (method.getName()) {
            case "handle" -> raise();
            case "equals" -> {
              return proxy == args[0];
            }
            case "hashCode" -> {
              return System.identityHashCode(proxy);
            }
            default -> {
              return name;
            }
          }
          return null;
        };
    try {
      Class<?> signal = Class.forName(SIGNAL);
      Class<?> handler = Class.forName(HANDLER);
      Object ours =
          Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, answer);
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), ours);
    } catch (ClassNotFoundException
        | NoSuchMethodException
        | InstantiationException
        | IllegalAccessException
        | InvocationTargetException e) {
      System.err.println("varve: the JVM answers SIG" + name + " itself: " + e);
    }
  }
}
