package dev.varve.gateway;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.storage.PendingStore;
import dev.varve.storage.StorageException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The uplink gateway over a backup, a chain and a way to a node; what it guarantees stands in the
 * package's description.
 *
 * <p>Threads of its own: {@code varve-uplink-backup}, {@code -send}, {@code -follow}, {@code
 * -tell}, {@code -timer} and, where the backup is shared, {@code -share} and {@code -ask-N}.
 */
public final class Gateway implements Uplink, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
  private static final long FOLLOW_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long TAKE_OVER_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final PendingStore store;
  private final Chain chain;
  private final NodePort node;
  private final Tasks tasks;
  private final Admission admission;
  private final Mending mending;
  private final AskingFirst asking;
  private final Waiting waiting;
  private final Reads reads;
  private final List<Worker> workers = new ArrayList<>();

  // Steps of these are what the threads do; tests without threads take them themselves.
  final Teller teller;
  final BackupWriter backup;
  final Sender sender;
  final Follower follower;
  final Sharing sharing;

  private boolean followFails;
  private long takenOverNanos = -TAKE_OVER_NANOS;

  Gateway(
      PendingStore store,
      Chain chain,
      NodePort node,
      GatewayConfig config,
      Time time,
      RandomGenerator random) {
    this.store = store;
    this.chain = chain;
    this.node = node;
    this.teller = new Teller(config.limits());
    this.tasks = new Tasks(config, time, store.durable(), teller, store.contents());
    RecentInclusions recent = new RecentInclusions(config.backup().isShared());
    this.sharing = new Sharing(tasks, store, recent);
    this.asking = new AskingFirst(sharing);
    this.admission = new Admission(tasks, chain);
    this.mending = new Mending(tasks, admission, chain, store);
    this.waiting = new Waiting(tasks, teller);
    this.reads = new Reads(tasks, chain);
    this.backup =
        new BackupWriter(tasks, store, chain, teller, new Backoff(config.retries(), random));
    this.sender = new Sender(tasks, store, node, new Backoff(config.retries(), random));
    this.follower = new Follower(tasks, chain, recent);
  }

  /**
   * Takes up what the backup holds and starts to send and to follow.
   *
   * @param store stays its owner's, who closes it after the gateway
   * @param chain likewise
   * @param node taken over: {@link #close} closes it
   * @throws StorageException when the backup cannot be read
   */
  public static Gateway open(PendingStore store, Chain chain, NodePort node, GatewayConfig config) {
    Gateway gateway =
        new Gateway(
            store,
            chain,
            node,
            config,
            new Time(InstantSource.system(), System::nanoTime),
            new Random());
    if (gateway.isShared()) {
      gateway.sharing.step(); // what another has taken over meanwhile is read here all the same
    }
    gateway.start();
    return gateway;
  }

  /** Has threads take the steps. */
  void start() {
    workers.add(new Worker("varve-uplink-tell", worker -> tellRound()));
    workers.add(new Worker("varve-uplink-backup", worker -> backupRound()));
    workers.add(new Worker("varve-uplink-follow", this::followRound));
    workers.add(new Worker("varve-uplink-send", worker -> sendRound()));
    if (isShared()) {
      asking.start();
      workers.add(new Worker("varve-uplink-share", this::shareRound));
    }
    workers.forEach(Worker::start);
  }

  private boolean isShared() {
    return tasks.config.backup().isShared();
  }

  private void tellRound() throws InterruptedException {
    if (!teller.step()) {
      teller.await();
    }
  }

  private void backupRound() throws InterruptedException {
    if (!backup.step()) {
      backup.await();
    }
  }

  private void sendRound() throws InterruptedException {
    if (!sender.step()) {
      sender.await();
    }
  }

  private void followRound(Worker worker) throws InterruptedException {
    try {
      int doubts = follower.doubts();
      long visible = chain.await(follower.awaited());
      while (follower.step(visible)) {
        if (worker.isClosing()) {
          return;
        }
      }
      follower.caughtUp(doubts);
      follower.lookAfter();
      if (followFails) {
        LOG.info("the uplink follows the chain again");
        followFails = false;
      }
    } catch (StorageException | UplinkException e) {
      if (!followFails) {
        LOG.warn("the uplink cannot follow the chain: {}", e.getMessage());
        followFails = true;
      }
      worker.pause(FOLLOW_PAUSE_NANOS);
    }
  }

  private void shareRound(Worker worker) throws InterruptedException {
    worker.pause(tasks.config.backup().sharePeriod().toNanos());
    share();
  }

  /** What a gateway that shares its backup does now and then. */
  void share() {
    try {
      sharing.step();
      long now = tasks.time.nanos();
      if (now - takenOverNanos >= TAKE_OVER_NANOS) {
        takenOverNanos = now;
        sharing.takeOver();
      }
    } catch (StorageException e) {
      // Its writer tells when the backup is away, and when it is back.
      LOG.debug("other gateways' changes cannot be read: {}", e.getMessage());
    }
  }

  @Override
  public CompletableFuture<List<TaskStatus>> submit(List<Submission> submissions) {
    return isShared() && admission.haveNewKey(submissions)
        ? asking.then(() -> admission.submit(submissions))
        : admission.submit(submissions);
  }

  @Override
  public CompletableFuture<TaskStatus> whenTaken(long id, Duration limit) {
    return waiting.until(id, true, limit);
  }

  @Override
  public CompletableFuture<TaskStatus> whenDone(long id, Duration limit) {
    return waiting.until(id, false, limit);
  }

  @Override
  public Optional<TaskStatus> task(long id) {
    tasks.lock.lock();
    try {
      return tasks.find(id).map(tasks::status);
    } finally {
      tasks.lock.unlock();
    }
  }

  @Override
  public List<TaskStatus> tasks(ByteString hash) {
    tasks.lock.lock();
    try {
      return tasks.find(hash).stream().map(tasks::status).toList();
    } finally {
      tasks.lock.unlock();
    }
  }

  @Override
  public Optional<ByteString> pendingTx(ByteString hash) {
    tasks.lock.lock();
    try {
      return tasks.find(hash).stream()
          .filter(task -> task.isPending() || task.state == TaskState.FAILED)
          .map(task -> task.tx)
          .findFirst();
    } finally {
      tasks.lock.unlock();
    }
  }

  @Override
  public Value value(ByteString key, boolean chainFirst) {
    return reads.value(key, chainFirst);
  }

  @Override
  public ResponseQuery query(RequestQuery request, boolean chainFirst) {
    return reads.query(request, chainFirst);
  }

  @Override
  public Chain chain() {
    return chain;
  }

  @Override
  public List<TaskStatus> list(TaskState state, long after, int limit) {
    tasks.lock.lock();
    try {
      return in(state, after).stream()
          .filter(task -> task.state == state)
          .limit(limit)
          .map(tasks::status)
          .toList();
    } finally {
      tasks.lock.unlock();
    }
  }

  private Collection<Task> in(TaskState state, long after) {
    return switch (state) {
      case QUEUED, SENT, IN_MEMPOOL -> tasks.pending.tailMap(after, false).values();
      case FAILED -> tasks.failed.tailMap(after, false).values();
      case COMMITTED, DROPPED -> tasks.done.after(after);
    };
  }

  @Override
  public CompletableFuture<TaskStatus> requeue(long id) {
    // Another operator may have requeued it elsewhere.
    return isShared() ? asking.then(() -> mending.requeue(id)) : mending.requeue(id);
  }

  @Override
  public CompletableFuture<TaskStatus> drop(long id) {
    return mending.drop(id);
  }

  @Override
  public AutoCloseable subscribe(Consumer<TaskStatus> listener) {
    return subscribe(
        listener, () -> LOG.warn("a subscriber to uplink tasks was too slow, it is told no more"));
  }

  @Override
  public AutoCloseable subscribe(Consumer<TaskStatus> listener, Runnable dropped) {
    return teller.subscribe(listener, dropped);
  }

  /**
   * Transactions that the node does not take because it knows their bytes from a block before, so
   * that its application has to propose them itself where they are to come again: text that puts a
   * key back to what it was. Never waits.
   *
   * @param height that of the proposal; for one that is not the next after what was followed there
   *     are none, as one of them could be in a block already
   */
  public List<ByteString> toPropose(long height) {
    return follower.toPropose(height);
  }

  @Override
  public long followed() {
    tasks.lock.lock();
    try {
      return tasks.followed;
    } finally {
      tasks.lock.unlock();
    }
  }

  @Override
  public UplinkStatus status() {
    tasks.lock.lock();
    try {
      int underWay = tasks.queue.underWayCount();
      long oldestMs =
          tasks.pending.isEmpty()
              ? 0
              : Math.max(0, tasks.time.millis() - tasks.pending.firstEntry().getValue().acceptedMs);
      return new UplinkStatus(
          tasks.acceptingCount,
          tasks.pending.size() - underWay,
          underWay,
          tasks.queue.inMempoolCount(),
          tasks.failed.size(),
          tasks.pendingBytes,
          oldestMs,
          tasks.followed,
          node.isUp(),
          node.problem(),
          store.stats(),
          tasks.counts());
    } finally {
      tasks.lock.unlock();
    }
  }

  /**
   * Accepts no more, refuses what was not backed up yet, writes what is known of committed tasks,
   * and ends the threads; who waits for a task is told how it stands. Takes a few seconds at most.
   */
  @Override
  public void close() {
    tasks.lock.lock();
    try {
      if (tasks.closed) {
        return;
      }
      tasks.closed = true;
    } finally {
      tasks.lock.unlock();
    }
    workers.forEach(Worker::stop);
    node.close();
    tasks.lock.lock();
    try {
      tasks.backupWork.signalAll();
      tasks.sendWork.signalAll();
      tasks.followMoved.signalAll();
      teller.tell(() -> {});
    } finally {
      tasks.lock.unlock();
    }
    workers.forEach(Worker::close);
    asking.close();
    backup.refuseAll();
    backup.flush();
    waiting.giveUpAll();
    waiting.close();
    while (teller.step()) {
      // All that there is to tell is told.
    }
  }
}
