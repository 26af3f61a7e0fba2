package dev.varve.gateway;

import dev.varve.storage.StorageEngine;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.BlockSeal;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Completes the engine's blocks with header and commit, which it asks the node for, in order, one
 * block behind the last: only the next block has the commit that is final.
 *
 * <p>Where to go on the engine tells, so nothing is remembered over a restart, and what a store has
 * lost is fetched again. Blocks that the node has dropped stay partial. A header that is not that
 * of our block is refused and asked for again after a long pause: then the node is another chain's,
 * or one of the two is damaged.
 *
 * <p>Threads: {@code varve-uplink-seal}, from {@link #start} to {@link #close}; nobody waits for
 * it. Its getters from any.
 */
public final class BlockSealer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BlockSealer.class);
  private static final int MAX_BATCH = 32;
  // The node starts after its application, and may take a second or two.
  private static final int TOLD_AFTER = 3;

  private final StorageEngine engine;
  private final NodeCommits node;
  private final String nodeName;
  private final Pauses pauses;
  private final Thread thread = new Thread(this::run, "varve-uplink-seal");
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile String problem = "";
  private final AtomicLong refusals = new AtomicLong();
  // Of the thread alone. What was fetched and could not be written yet.
  private List<BlockSeal> fetched = List.of();
  private Gap gap = new Gap(1, 0);
  private int failures;
  private boolean isRefusing;

  /**
   * How long it waits.
   *
   * @param idle for a new block
   * @param least after a failure, doubled with each that follows
   * @param most as that and after a refusal
   */
  record Pauses(Duration idle, Duration least, Duration most) {}

  /** Blocks from one to another that cannot be sealed. */
  private record Gap(long first, long last) {
    boolean contains(long height) {
      return height >= first && height <= last;
    }
  }

  /**
   * One that was not started.
   *
   * @param node the node's RPC, as {@code http://127.0.0.1:26657}
   */
  public BlockSealer(StorageEngine engine, URI node) {
    this(
        engine,
        node,
        new Pauses(Duration.ofMillis(200), Duration.ofMillis(500), Duration.ofSeconds(30)));
  }

  BlockSealer(StorageEngine engine, URI node, Pauses pauses) {
    this.engine = engine;
    this.node = new NodeCommits(node);
    this.nodeName = node.toString();
    this.pauses = pauses;
    thread.setDaemon(true);
  }

  public BlockSealer start() {
    thread.start();
    return this;
  }

  /** The highest block that is complete, 0 where none is. */
  public long sealedHeight() {
    return engine.sealed();
  }

  /** Why it does not go on, in words; empty while it does. */
  public String problem() {
    return problem;
  }

  /** How many headers were refused. */
  public long refusals() {
    return refusals.get();
  }

  private void run() {
    boolean open = true;
    while (open && closing.getCount() > 0) {
      Duration pause;
      try {
        pause = pauses.idle();
        if (step()) {
          pause = Duration.ZERO;
          resolved();
        }
      } catch (Different e) {
        refused(e.getMessage());
        pause = pauses.most();
      } catch (IOException e) {
        pause = failed("the node at " + nodeName + ": " + e.getMessage());
      } catch (StorageException.Closed e) {
        open = false;
        pause = Duration.ZERO;
      } catch (StorageException e) {
        pause = failed(e.getMessage());
      } catch (InterruptedException e) {
        LOG.debug("{} goes on after an interrupt; close ends it", thread.getName());
        pause = pauses.idle();
      } catch (RuntimeException e) {
        if (!problem.equals(e.toString())) {
          LOG.error("{} failed and goes on", thread.getName(), e);
        }
        fetched = List.of();
        pause = failed(e.toString());
      }
      await(pause);
    }
  }

  private void await(Duration pause) {
    try {
      closing.await(pause.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      LOG.debug("{} goes on after an interrupt; close ends it", thread.getName());
    }
  }

  private void resolved() {
    if (failures >= TOLD_AFTER || isRefusing) {
      LOG.info("blocks are completed with headers again, they are up to block {}", sealedHeight());
    }
    failures = 0;
    isRefusing = false;
    problem = "";
  }

  private void refused(String why) {
    refusals.incrementAndGet();
    problem = why;
    if (!isRefusing) {
      LOG.error("blocks stay without headers: {}", why);
      isRefusing = true;
    }
  }

  /** Told once until it is over; returns how long to wait. */
  private Duration failed(String why) {
    problem = why;
    Duration pause = pauses.least().multipliedBy(1L << Math.min(failures, 16));
    failures++;
    if (failures == TOLD_AFTER && closing.getCount() > 0) {
      LOG.warn("blocks stay without headers for now: {}", why);
    }
    return pause.compareTo(pauses.most()) < 0 ? pause : pauses.most();
  }

  /** Returns whether it came further. */
  private boolean step() throws IOException, InterruptedException {
    long next = next();
    if (fetched.isEmpty() || fetched.get(0).getHeader().getHeight() != next) {
      fetched = fetch(next);
    }
    if (fetched.isEmpty()) {
      return next() > next;
    }
    engine.seal(fetched);
    fetched = List.of();
    return true;
  }

  private long next() {
    long next = engine.sealed() + 1;
    return gap.contains(next) ? gap.last() + 1 : next;
  }

  /** Headers and commits from a height on that are final, as many as are written at once. */
  private List<BlockSeal> fetch(long from) throws IOException, InterruptedException {
    long known = Math.min(engine.applied().getHeight() - 1, engine.sealable());
    long last = Math.min(known, from + MAX_BATCH - 1);
    List<BlockSeal> seals = new ArrayList<>();
    try {
      Optional<BlockSeal> seal = Optional.empty();
      for (long height = from; height <= last && closing.getCount() > 0; height++) {
        seal = seal(height);
        if (seal.isEmpty()) {
          break;
        }
        seals.add(seal.get());
      }
    } catch (IOException e) {
      if (seals.isEmpty()) {
        throw e;
      }
      LOG.debug("met again when those before are written: {}", e.getMessage());
    }
    return seals;
  }

  /** Empty where there is none, or not yet. */
  private Optional<BlockSeal> seal(long height) throws IOException, InterruptedException {
    Optional<BlockRecord> block = block(height);
    if (block.isEmpty()) {
      return Optional.empty();
    }
    Optional<BlockSeal> seal = ask(height);
    if (seal.isPresent()) {
      Optional<String> difference =
          SignedHeader.difference(seal.get(), block.get(), before(height));
      if (difference.isPresent()) {
        throw new Different(
            String.format(
                "the header of block %d that the node at %s gives is refused: %s",
                height, nodeName, difference.get()));
      }
    }
    return seal;
  }

  /** Empty where it is not kept; it is passed over then. */
  private Optional<BlockRecord> block(long height) {
    try {
      Optional<BlockRecord> block = engine.block(height);
      if (block.isEmpty()) {
        pass(height, height);
      }
      return block;
    } catch (StorageException.Pruned e) {
      pass(height, Math.max(height, engine.status().chainFloor() - 1));
    } catch (StorageException.Corruption e) {
      LOG.warn("block {} stays without a header: {}", height, e.getMessage());
      pass(height, height);
    }
    return Optional.empty();
  }

  private Optional<BlockRecord> before(long height) {
    try {
      return engine.block(height - 1);
    } catch (StorageException.Pruned | StorageException.Corruption e) {
      LOG.debug("nothing to compare with: {}", e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<BlockSeal> ask(long height) throws IOException, InterruptedException {
    try {
      return node.commit(height);
    } catch (NodeCommits.Refused e) {
      NodeCommits.Range range = node.range();
      if (height >= range.earliest()) {
        throw e;
      }
      if (gap.last() < height - 1) {
        LOG.info(
            "blocks {} to {} stay without headers: the node at {} has dropped them",
            height,
            range.earliest() - 1,
            nodeName);
      }
      pass(height, range.earliest() - 1);
      return Optional.empty();
    }
  }

  private void pass(long first, long last) {
    gap = gap.last() == first - 1 ? new Gap(gap.first(), last) : new Gap(first, last);
  }

  /** The node has another block. */
  private static final class Different extends IOException {
    private static final long serialVersionUID = 1L;

    Different(String words) {
      super(words);
    }
  }

  @Override
  public void close() {
    closing.countDown();
    node.close();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
