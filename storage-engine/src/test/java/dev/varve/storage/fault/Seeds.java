package dev.varve.storage.fault;

/** Seeds of fault tests: a new one for each run, or the one to be replayed. */
public final class Seeds {
  private Seeds() {}

  /** The seed given with {@code -Dvarve.seed}, else a new one; printed either way. */
  public static long seed(Class<?> test) {
    long seed = Long.getLong("varve.seed", System.nanoTime());
    System.out.println(test.getSimpleName() + ": replay with -Dvarve.seed=" + seed);
    return seed;
  }

  /** Whether fault runs go their whole length: {@code -Pfull}. */
  public static boolean full() {
    return Boolean.getBoolean("varve.full");
  }
}
