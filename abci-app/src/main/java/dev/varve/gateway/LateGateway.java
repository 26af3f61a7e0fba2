package dev.varve.gateway;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.storage.PendingContents;
import dev.varve.storage.PendingStats;
import dev.varve.storage.PendingStore;
import dev.varve.storage.StorageException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway whose backup may be away at its start. Until the backup is open nothing is accepted,
 * with {@link UplinkException.Unavailable} that says why; reads are answered by the chain alone, so
 * they do not see what was pending before.
 *
 * <p>Threads: {@code varve-uplink-open}, which tries again and again and ends when the backup is
 * open or this is closed; then those of {@link Gateway}.
 */
public final class LateGateway implements Uplink, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LateGateway.class);
  private static final long MAX_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final String KIND = "cluster";

  private final Supplier<PendingStore> backup;
  private final Chain chain;
  private final Supplier<NodePort> node;
  private final GatewayConfig config;
  private final Reads chainReads;
  private final Backoff backoff;
  private final Worker opener = new Worker("varve-uplink-open", this::round);
  private final CountDownLatch tried = new CountDownLatch(1);
  private final Object lock = new Object();

  // Written with the lock.
  private final List<Early> early = new ArrayList<>();
  private volatile Gateway gateway;
  private PendingStore store;
  private volatile String problem = "the backup is not open yet";
  private volatile boolean closed;

  // Of the opening thread, until the first try is over.
  private StorageException refusal;
  private int failures;
  private String told = "";

  /** One who subscribed before there was a gateway. */
  private final class Early implements AutoCloseable {
    private final Consumer<TaskStatus> listener;
    private final Runnable dropped;
    private AutoCloseable moved;

    Early(Consumer<TaskStatus> listener, Runnable dropped) {
      this.listener = listener;
      this.dropped = dropped;
    }

    @Override
    public void close() throws Exception {
      AutoCloseable subscription;
      synchronized (lock) {
        early.remove(this);
        subscription = moved;
      }
      if (subscription != null) {
        subscription.close();
      }
    }
  }

  LateGateway(
      Supplier<PendingStore> backup, Chain chain, Supplier<NodePort> node, GatewayConfig config) {
    this.backup = backup;
    this.chain = chain;
    this.node = node;
    this.config = config;
    this.backoff = new Backoff(config.retries(), new Random());
    Tasks none =
        new Tasks(
            config,
            new Time(InstantSource.system(), System::nanoTime),
            true,
            new Teller(config.limits()),
            PendingContents.EMPTY);
    this.chainReads = new Reads(none, chain);
  }

  /**
   * Begins to open the backup and waits a while for the first try.
   *
   * @param backup opens it, or throws {@link StorageException.Unavailable} or {@link
   *     UplinkException.Unavailable} where it is to be tried again; closed by {@link #close}
   * @param chain stays its owner's, who closes it after the gateway
   * @param node makes the way to the node, once the backup is open
   * @param wait the most that this waits
   * @throws StorageException when the backup cannot be used as it is; found out later, that is
   *     logged and told to clients, and tried again
   */
  public static LateGateway open(
      Supplier<PendingStore> backup,
      Chain chain,
      Supplier<NodePort> node,
      GatewayConfig config,
      Duration wait) {
    LateGateway late = new LateGateway(backup, chain, node, config);
    late.opener.start();
    late.awaitFirst(wait);
    return late;
  }

  private void awaitFirst(Duration wait) {
    boolean over = false;
    try {
      over = tried.await(wait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (over && refusal != null) {
      close();
      throw refusal;
    }
  }

  private void round(Worker worker) throws InterruptedException {
    boolean open = attempt();
    tried.countDown();
    if (open) {
      worker.stop();
    } else {
      worker.pause(backoff.nanos(failures, MAX_PAUSE_NANOS));
    }
  }

  /** Tries once; returns whether there is a gateway now. */
  boolean attempt() {
    try {
      use(backup.get());
      return true;
    } catch (StorageException.Unavailable | UplinkException.Unavailable e) {
      failed(e);
    } catch (StorageException e) {
      if (tried.getCount() > 0) {
        refusal = e;
      }
      failed(e);
    }
    return false;
  }

  private void failed(RuntimeException cause) {
    failures++;
    String why = String.valueOf(cause.getMessage());
    problem = "the backup is not open yet: " + why;
    if (why.equals(told) || closed) {
      return;
    }
    told = why;
    if (cause instanceof StorageException.Unavailable
        || cause instanceof UplinkException.Unavailable) {
      LOG.warn("the uplink accepts nothing until its backup is open: {}", why);
    } else if (tried.getCount() == 0) {
      LOG.error("the uplink accepts nothing, its backup cannot be used: {}", why);
    }
  }

  private void use(PendingStore opened) {
    Gateway made;
    NodePort way = node.get();
    try {
      made = Gateway.open(opened, chain, way, config);
    } catch (RuntimeException e) {
      way.close();
      opened.close();
      throw e;
    }
    synchronized (lock) {
      store = opened;
      gateway = made;
      early.forEach(each -> each.moved = made.subscribe(each.listener, each.dropped));
      early.clear();
    }
    if (failures > 0) {
      LOG.info("the uplink's backup is open");
    }
  }

  private Gateway require() {
    Gateway there = gateway;
    if (there == null) {
      throw notYet();
    }
    return there;
  }

  private UplinkException.Unavailable notYet() {
    return new UplinkException.Unavailable(closed ? "the gateway is stopping" : problem, null);
  }

  @Override
  public CompletableFuture<List<TaskStatus>> submit(List<Submission> submissions) {
    Gateway there = gateway;
    return there == null ? CompletableFuture.failedFuture(notYet()) : there.submit(submissions);
  }

  @Override
  public CompletableFuture<TaskStatus> whenTaken(long id, Duration limit) {
    Gateway there = gateway;
    return there == null ? CompletableFuture.failedFuture(notYet()) : there.whenTaken(id, limit);
  }

  @Override
  public CompletableFuture<TaskStatus> whenDone(long id, Duration limit) {
    Gateway there = gateway;
    return there == null ? CompletableFuture.failedFuture(notYet()) : there.whenDone(id, limit);
  }

  @Override
  public Optional<TaskStatus> task(long id) {
    return require().task(id);
  }

  /** None before there is a gateway: transactions are looked for in the chain then. */
  @Override
  public List<TaskStatus> tasks(ByteString hash) {
    Gateway there = gateway;
    return there == null ? List.of() : there.tasks(hash);
  }

  /** As {@link #tasks(ByteString)}. */
  @Override
  public Optional<ByteString> pendingTx(ByteString hash) {
    Gateway there = gateway;
    return there == null ? Optional.empty() : there.pendingTx(hash);
  }

  @Override
  public Value value(ByteString key, boolean chainFirst) {
    Gateway there = gateway;
    return there == null ? chainReads.value(key, chainFirst) : there.value(key, chainFirst);
  }

  @Override
  public ResponseQuery query(RequestQuery request, boolean chainFirst) {
    Gateway there = gateway;
    return there == null ? chainReads.query(request, chainFirst) : there.query(request, chainFirst);
  }

  @Override
  public Chain chain() {
    return chain;
  }

  @Override
  public List<TaskStatus> list(TaskState state, long after, int limit) {
    return require().list(state, after, limit);
  }

  @Override
  public CompletableFuture<TaskStatus> requeue(long id) {
    Gateway there = gateway;
    return there == null ? CompletableFuture.failedFuture(notYet()) : there.requeue(id);
  }

  @Override
  public CompletableFuture<TaskStatus> drop(long id) {
    Gateway there = gateway;
    return there == null ? CompletableFuture.failedFuture(notYet()) : there.drop(id);
  }

  @Override
  public AutoCloseable subscribe(Consumer<TaskStatus> listener) {
    return subscribe(
        listener, () -> LOG.warn("a subscriber to uplink tasks was too slow, it is told no more"));
  }

  @Override
  public AutoCloseable subscribe(Consumer<TaskStatus> listener, Runnable dropped) {
    synchronized (lock) {
      if (gateway == null) {
        if (early.size() >= config.limits().maxListeners()) {
          throw new UplinkException.Busy(
              "there are " + early.size() + " subscribers to tasks, no more are allowed");
        }
        Early subscriber = new Early(listener, dropped);
        early.add(subscriber);
        return subscriber;
      }
    }
    return gateway.subscribe(listener, dropped);
  }

  @Override
  public String problem() {
    return gateway == null ? problem : "";
  }

  @Override
  public long followed() {
    Gateway there = gateway;
    return there == null ? 0 : there.followed();
  }

  @Override
  public UplinkStatus status() {
    Gateway there = gateway;
    return there == null ? nothingYet() : there.status();
  }

  private UplinkStatus nothingYet() {
    PendingStats empty = new PendingStats(KIND, 0, 0, 0);
    UplinkCounts none = new UplinkCounts(0, 0, 0, 0);
    return new UplinkStatus(0, 0, 0, 0, 0, 0, 0, 0, false, problem, empty, none);
  }

  /** Ends what is being opened, or the gateway, then the backup. */
  @Override
  public void close() {
    closed = true;
    opener.close();
    if (gateway != null) {
      gateway.close();
    }
    if (store != null) {
      store.close();
    }
  }
}
