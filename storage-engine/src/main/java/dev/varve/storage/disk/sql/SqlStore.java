package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.copy.RecordStore;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.BlockSeal;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The disk store on a SQL cluster: one transaction a group for a run of blocks.
 *
 * <p>It opens with any or all servers down, and looks for them again at each call. Until they were
 * reached {@link #applied} is height 0 and reads are {@link StorageException.Unavailable}. When a
 * server is found to hold less than was known (a replica that was behind was made the primary),
 * {@link #applied} falls to that height and the {@link #apply} that found it is Unavailable, once:
 * the blocks above are to be given again.
 *
 * <p>Errors: {@link StorageException.Incompatible} for another home's cluster, a newer schema or
 * another layout, from {@link #open} too. The package description has tables and invariants.
 */
public final class SqlStore implements DiskStore {
  private static final Logger LOG = LoggerFactory.getLogger(SqlStore.class);

  private final SqlStoreConfig config;
  private final StoreState state;
  private final List<Group> groups;
  private final Group chain;
  private final Group execution;
  private final Route chainRoute;
  private final Route executionRoute;
  private final ChainReader chainReader;
  private final StateReader stateReader;
  private final BlockWriter writer;
  private final SqlPruner pruner;
  private final SqlSeals seals;
  private final DiskUsage usage;
  private final MarkerPoll poll;
  private final Object writeLock = new Object();
  private final ReentrantLock reachLock = new ReentrantLock();
  private volatile boolean reached;
  private boolean isCopied;
  // Whether what is known of the markers may be out of date; guarded by writeLock.
  private boolean stale;
  private volatile boolean closed;

  private SqlStore(List<? extends SqlGroup> tables, SqlStoreConfig config) {
    this.config = config;
    this.state = new StoreState(config.historyBlocks());
    this.groups = new ArrayList<>();
    for (SqlGroup group : tables) {
      groups.add(new Group(group, () -> closed));
    }
    this.execution = Group.only(groups, SqlGroup::holdsExecution);
    this.chain = Group.only(groups, SqlGroup::holdsChain);
    this.chainRoute = new Route(chain, state);
    this.executionRoute = execution == chain ? chainRoute : new Route(execution, state);
    this.chainReader = new ChainReader(chainRoute, executionRoute, state);
    this.stateReader =
        new StateReader(chainRoute, executionRoute, state, execution.tables().isSharded());
    List<Group> inOrder = execution == chain ? List.of(chain) : List.of(execution, chain);
    this.writer = new BlockWriter(inOrder, state, config);
    this.pruner = new SqlPruner(chain, execution, state, config.retainBlocks(), writeLock);
    this.seals = new SqlSeals(chain, execution, state);
    this.usage = new DiskUsage(tables);
    this.poll = new MarkerPoll(groups.stream().map(Group::replicas).toList(), config.pollPeriod());
  }

  /**
   * Opens the store on one or two groups, reached or not; these are the caller's to close.
   *
   * @throws StorageException.Incompatible when they are reached and are not ours
   */
  public static SqlStore open(List<? extends SqlGroup> groups, SqlStoreConfig config) {
    SqlStore store = new SqlStore(groups, config);
    try {
      store.requireReached();
    } catch (StorageException.Unavailable | StorageException.DiskFull e) {
      LOG.warn("SQL store is not reached yet, and will be looked for: {}", e.getMessage());
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
    return store;
  }

  /**
   * Opens a cluster that a copy is made to, empty or with a copy that is not finished; {@link
   * #open} refuses that one.
   */
  public static SqlStore openForCopy(List<? extends SqlGroup> groups, SqlStoreConfig config) {
    SqlStore store = new SqlStore(groups, config);
    store.isCopied = true;
    try {
      store.requireReached();
      return store;
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  /** All records on the primaries, for a copy. */
  public RecordStore records() {
    requireReached();
    return new SqlRecords(chain, execution, state, config, this::load);
  }

  /** Whether the cluster was reached since this was opened. */
  public boolean reached() {
    return reached;
  }

  /** What each replica showed when it was last asked. */
  public List<NodeMarker> replicas() {
    return groups.stream().flatMap(group -> group.replicas().shown().stream()).toList();
  }

  /** Reads since this was opened. */
  public ReadCounts reads() {
    ReadCounts reads = chainRoute.reads();
    return execution == chain ? reads : reads.plus(executionRoute.reads());
  }

  private void requireOpen() {
    if (closed) {
      throw new StorageException.Closed("the SQL store was closed");
    }
  }

  /** Looks for the cluster, if it was never reached. */
  private void requireReached() {
    requireOpen();
    if (reached) {
      return;
    }
    if (!reachLock.tryLock()) {
      throw new StorageException.Unavailable("the SQL cluster is being connected to", null);
    }
    try {
      if (!reached) {
        load();
        chainRoute.warm();
        executionRoute.warm();
        reached = true;
        LOG.info("SQL cluster reached, it holds blocks up to {}", state.height());
      }
    } finally {
      reachLock.unlock();
    }
  }

  /** Reads all that is known of the cluster anew. */
  private void load() {
    groups.forEach(group -> group.load(config));
    AppliedHeight now = Group.lowest(groups.stream().map(Group::marker));
    long last = now.getHeight();
    long first =
        groups.stream()
            .flatMap(group -> group.firstBlock().stream())
            .mapToLong(height -> height)
            .min()
            .orElse(StoreState.NONE);
    GroupAccess access = execution.access();
    if (!isCopied) {
      SqlRecords.requireNoCopy(access, config);
    }
    long history = access.read(true, connection -> HistoryRows.first(connection, last));
    long floor = access.read(true, connection -> ChainFloors.read(connection));
    state.loaded(now, first, history, floor);
    state.sealed(seals.last());
    chainReader.forget();
    poll.nudge();
  }

  @Override
  public AppliedHeight applied() {
    return state.applied();
  }

  @Override
  public void apply(List<BlockBatch> batches) {
    requireReached();
    synchronized (writeLock) {
      refresh();
      boolean done = false;
      try {
        writer.apply(batches, height -> poll.nudge());
        done = true;
      } finally {
        stale = !done;
        if (writer.takeMoved()) {
          refresh();
        }
      }
    }
  }

  /** After a failure: what was committed, and what is there now, is not known. */
  private void refresh() {
    if (!stale) {
      return;
    }
    long before = state.height();
    load();
    stale = false;
    long now = state.height();
    if (now < before) {
      LOG.warn("SQL cluster held blocks up to {} and holds them up to {}", before, now);
      throw new StorageException.Unavailable(
          String.format(
              "the SQL cluster held blocks up to %d and holds them up to %d: a server that was"
                  + " behind took over; blocks are given to it again from there",
              before, now),
          null);
    }
  }

  /** The last height that as many replicas of each primary hold as are required. */
  @Override
  public long verify() {
    long verified = state.height();
    if (config.replicasRequired() > 0) {
      for (Group group : groups) {
        ReplicaMarkers replicas = group.replicas();
        replicas.tellOfMissing(config.replicasRequired(), state.height());
        verified = Math.min(verified, replicas.replicated(config.replicasRequired()));
      }
    }
    return verified;
  }

  @Override
  public void seal(List<BlockSeal> blockSeals) {
    requireReached();
    synchronized (writeLock) {
      seals.write(blockSeals);
    }
  }

  @Override
  public Optional<BlockSeal> seal(long height) {
    requireReached();
    return chainReader.seal(height);
  }

  @Override
  public long sealed() {
    return state.sealed();
  }

  @Override
  public Optional<BlockRecord> block(long height) {
    requireReached();
    return chainReader.block(height);
  }

  @Override
  public List<ByteString> transactions(long height, int slice) {
    requireReached();
    return chainReader.transactions(height, slice);
  }

  @Override
  public List<TxResult> results(long height, int slice) {
    requireReached();
    return chainReader.results(height, slice);
  }

  @Override
  public List<TxLog> logs(long height, int slice) {
    requireReached();
    return chainReader.logs(height, slice);
  }

  @Override
  public Optional<TxLocation> locate(ByteString txHash) {
    requireReached();
    return stateReader.locate(txHash);
  }

  @Override
  public Optional<StateRecord> state(ByteString key) {
    requireReached();
    return stateReader.state(key);
  }

  @Override
  public Optional<StateRecord> stateAt(ByteString key, long height) {
    requireReached();
    return stateReader.stateAt(key, height);
  }

  @Override
  public void rollBack(long height, LongConsumer progress) {
    requireReached();
    synchronized (writeLock) {
      load();
      SqlRollback rollback = new SqlRollback(chain, execution, state);
      rollback.require(height);
      long highest = groups.stream().mapToLong(Group::highest).max().orElse(0);
      groups.forEach(group -> group.replicas().distrust(highest));
      try {
        for (long at = highest; at > height; at--) {
          progress.accept(at);
          rollback.takeBack(at);
        }
      } finally {
        load();
      }
      groups.forEach(group -> group.replicas().awaitTakenBack(state.height()));
    }
  }

  @Override
  public void verifyHistory(long height) {
    requireReached();
    long first = state.historyFirst();
    if (first != StoreState.NONE && height >= first) {
      execution.access().read(true, connection -> HistoryRows.verify(connection, height));
    }
  }

  /** Nothing says here when keys were deleted but the history itself. */
  @Override
  public void verifyDeletions(Consumer<StorageException.Corruption> damaged) {
    requireReached();
  }

  @Override
  public boolean prune() {
    requireReached();
    return pruner.step();
  }

  @Override
  public long historyFloor() {
    return state.historyFloor();
  }

  @Override
  public long chainFloor() {
    return state.chainFloor();
  }

  @Override
  public void scanState(ByteString from, ByteString to, StateVisitor visitor) {
    requireReached();
    stateReader.scanState(from, to, visitor);
  }

  @Override
  public void scanCommitments(CommitmentVisitor visitor) {
    requireReached();
    stateReader.scanCommitments(visitor);
  }

  @Override
  public Optional<ByteString> meta(String name) {
    requireReached();
    return stateReader.meta(name);
  }

  /** Transactions that were committed. */
  @Override
  public long forces() {
    return groups.stream().mapToLong(group -> group.access().commits()).sum();
  }

  /** Data and indexes on the primaries, as these know it; 0 where one does not answer. */
  @Override
  public long diskBytes() {
    return closed ? 0 : usage.bytes();
  }

  @Override
  public void close() {
    closed = true;
    poll.close();
  }
}
