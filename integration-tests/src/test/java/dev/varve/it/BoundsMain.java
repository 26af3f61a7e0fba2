package dev.varve.it;

import dev.varve.storage.engine.DiskPolicy;
import dev.varve.storage.fault.FaultyStore.Fault;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A process of {@link BoundsIT}, in a heap that is too small for whatever grows with the chain.
 *
 * <p>Arguments: folder, scenario, transactions, keys, bytes of the log. Prints a line of figures at
 * the end.
 */
final class BoundsMain {
  private static final int HEALTHY_BLOCKS = 5;
  private static final long HELD_MILLIS = 2_000;

  private final BoundedChain chain;
  private final ProcessFigures figures = new ProcessFigures();
  private final long blocks;
  private final AtomicLong heldMillis = new AtomicLong();
  private volatile AssertionError failure;

  private BoundsMain(BoundedChain chain, long blocks) {
    this.chain = chain;
    this.blocks = blocks;
  }

  public static void main(String[] args) throws Exception {
    String scenario = args[1];
    DiskPolicy policy = scenario.endsWith("through") ? DiskPolicy.THROUGH : DiskPolicy.BEHIND;
    long blocks = Long.parseLong(args[2]) / BoundedChain.BLOCK_TXS;
    int keys = Integer.parseInt(args[3]);
    long start = System.nanoTime();
    try (BoundedChain chain =
        new BoundedChain(Path.of(args[0]), policy, keys, Long.parseLong(args[4]))) {
      chain.open();
      BoundsMain main = new BoundsMain(chain, blocks);
      switch (scenario.split("-", 2)[0]) {
        case "grow" -> main.grow();
        case "down" -> main.down();
        case "held" -> main.held();
        default -> throw new IllegalArgumentException("scenario " + scenario);
      }
      main.figures.most("transactions", chain.requireAllOnDisk() * BoundedChain.BLOCK_TXS);
      main.figures.most("seconds", (System.nanoTime() - start) / 1_000_000_000);
      System.out.println("figures: " + main.figures);
    }
  }

  private void grow() throws Exception {
    blocks(blocks);
    chain.awaitDrained();
    chain.reopen();
    figures.look(chain.engine().status());
  }

  /** The store is away for all blocks but a few, and comes back. */
  private void down() throws Exception {
    blocks(HEALTHY_BLOCKS);
    chain.storeIs(Fault.UNAVAILABLE);
    blocks(blocks);
    long lag = chain.engine().status().height() - chain.engine().status().diskHeight();
    BoundedChain.require(lag >= blocks, "the store was down and lags by " + lag + " blocks only");
    chain.storeIs(Fault.NONE);
    chain.awaitDrained();
    figures.look(chain.engine().status());
    blocks(HEALTHY_BLOCKS);
    chain.awaitDrained();
  }

  /** As {@link #down}, with a log that cannot take them: Commit is held until the store is back. */
  private void held() throws Exception {
    blocks(HEALTHY_BLOCKS);
    Thread operator = new Thread(this::mendWhatHolds, "bounds-operator");
    operator.setDaemon(true);
    operator.start();
    for (long left = blocks; left > 0; left--) {
      if (chain.engine().status().diskState().equals("up")) {
        chain.storeIs(Fault.UNAVAILABLE);
      }
      blocks(1);
    }
    operator.interrupt();
    operator.join();
    chain.storeIs(Fault.NONE);
    chain.awaitDrained();
    if (failure != null) {
      throw failure;
    }
    BoundedChain.require(heldMillis.get() >= HELD_MILLIS, "no Commit was held");
    figures.most("held_millis", heldMillis.get());
  }

  /** Brings the store back when Commit has been held for a while, each time. */
  private void mendWhatHolds() {
    try {
      while (true) {
        Thread.sleep(50);
        long height = chain.height();
        if (chain.engine().status().diskState().startsWith("held")) {
          Thread.sleep(HELD_MILLIS);
          BoundedChain.require(chain.height() == height, "a held Commit was answered");
          heldMillis.addAndGet(HELD_MILLIS);
          chain.storeIs(Fault.NONE);
          while (chain.engine().status().diskState().startsWith("held")) {
            Thread.sleep(10);
          }
        }
      }
    } catch (AssertionError e) {
      failure = e;
      chain.storeIs(Fault.NONE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void blocks(long count) throws Exception {
    for (long i = 0; i < count; i++) {
      chain.block();
      figures.look(chain.engine().status());
      if (chain.height() % 20 == 0) {
        System.out.printf(Locale.ROOT, "height %d: %s%n", chain.height(), figures);
      }
    }
  }
}
