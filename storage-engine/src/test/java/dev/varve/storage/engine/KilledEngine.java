package dev.varve.storage.engine;

import dev.varve.fallback.io.RealFileIo;
import dev.varve.storage.fault.StoreKind;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A process that leads the life of {@link FaultScenario} until it is killed: it prints each height
 * that was acknowledged, and when it is at the step it was told, where it lingers before and after.
 */
final class KilledEngine {
  private static final long LINGER_MS = 60;

  private KilledEngine() {}

  /** Arguments: folder, store, policy, step, which of those steps. */
  public static void main(String[] args) {
    int wanted = Integer.parseInt(args[4]);
    AtomicInteger reached = new AtomicInteger();
    FaultScenario life =
        new FaultScenario(
                1,
                Path.of(args[0]),
                StoreKind.valueOf(args[1]),
                DiskPolicy.valueOf(args[2]),
                new RealFileIo())
            .telling(height -> System.out.println("height " + height + "."));
    life.run(
        step -> {
          boolean at = step.equals(args[3]) && reached.incrementAndGet() == wanted;
          if (at) {
            System.out.println("at " + step + ", height " + life.begun() + ".");
          }
          if (at || reached.get() >= wanted) {
            linger();
          }
          return false;
        });
    System.out.println("over.");
  }

  private static void linger() {
    try {
      Thread.sleep(LINGER_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
