package dev.varve.gateway.http;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.gateway.Source;
import dev.varve.gateway.Submission;
import dev.varve.gateway.TaskState;
import dev.varve.gateway.TaskStatus;
import dev.varve.gateway.Uplink;
import dev.varve.gateway.UplinkCounts;
import dev.varve.gateway.UplinkException;
import dev.varve.gateway.UplinkStatus;
import dev.varve.gateway.Value;
import dev.varve.storage.PendingStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** An uplink in memory, whose steps the test takes. */
final class FakeUplink implements Uplink {
  final FakeChain chain = new FakeChain();

  private final Map<Long, TaskStatus> tasks = new TreeMap<>();
  private final Map<Long, ByteString> txs = new HashMap<>();
  private final Map<String, Long> keys = new HashMap<>();
  private final List<Consumer<TaskStatus>> listeners = new CopyOnWriteArrayList<>();
  private final List<Waiter> waiters = new CopyOnWriteArrayList<>();
  private final List<List<Submission>> submitted = new CopyOnWriteArrayList<>();
  private volatile RuntimeException failure;
  private volatile CompletableFuture<Void> backup = CompletableFuture.completedFuture(null);
  private volatile CompletableFuture<Void> reads = CompletableFuture.completedFuture(null);

  private record Waiter(
      long id, Predicate<TaskStatus> enough, CompletableFuture<TaskStatus> done) {}

  /** Every later submission fails so; null: none. */
  void failWith(RuntimeException reason) {
    failure = reason;
  }

  /** Later submissions wait for the result. */
  CompletableFuture<Void> holdBackup() {
    backup = new CompletableFuture<>();
    return backup;
  }

  /** Later queries wait for the result. */
  CompletableFuture<Void> holdReads() {
    reads = new CompletableFuture<>();
    return reads;
  }

  /** What was submitted, call by call. */
  List<List<Submission>> submitted() {
    return submitted;
  }

  int listeners() {
    return listeners.size();
  }

  /** Every later task is in a block at once. */
  void commitAtOnce() {
    subscribe(
        status -> {
          if (status.state() == TaskState.QUEUED) {
            commit();
          }
        });
  }

  /** The node takes every task that it has not taken. */
  void take() {
    move(TaskState.QUEUED, status -> with(status, TaskState.IN_MEMPOOL, 0, 0, ""));
  }

  /** All pending tasks come into a block. */
  synchronized long commit() {
    List<TaskStatus> pending =
        tasks.values().stream().filter(status -> status.state().isPending()).toList();
    long height = chain.commit(pending.stream().map(status -> txs.get(status.id())).toList());
    for (int i = 0; i < pending.size(); i++) {
      set(with(pending.get(i), TaskState.COMMITTED, height, i, ""));
    }
    return height;
  }

  /** All pending tasks fail. */
  void fail(String reason) {
    move(TaskState.QUEUED, status -> with(status, TaskState.FAILED, 0, 0, reason));
  }

  private void move(TaskState from, UnaryOperator<TaskStatus> change) {
    List<TaskStatus> changed;
    synchronized (this) {
      changed = tasks.values().stream().filter(status -> status.state() == from).toList();
    }
    changed.forEach(status -> set(change.apply(status)));
  }

  private static TaskStatus with(
      TaskStatus status, TaskState state, long height, int index, String reason) {
    return new TaskStatus(
        status.id(),
        status.hash(),
        state,
        status.durable(),
        status.ordered(),
        status.acceptedMs(),
        1,
        height,
        index,
        0,
        reason);
  }

  private void set(TaskStatus status) {
    synchronized (this) {
      tasks.put(status.id(), status);
    }
    listeners.forEach(listener -> listener.accept(status));
    List<Waiter> ready =
        waiters.stream()
            .filter(waiter -> waiter.id() == status.id() && waiter.enough().test(status))
            .toList();
    waiters.removeAll(ready);
    ready.forEach(waiter -> waiter.done().complete(status));
  }

  @Override
  public CompletableFuture<List<TaskStatus>> submit(List<Submission> submissions) {
    if (failure != null) {
      return CompletableFuture.failedFuture(failure);
    }
    for (Submission submission : submissions) {
      if (!submission.tx().toStringUtf8().contains("=")) {
        return CompletableFuture.failedFuture(
            new UplinkException.Refused(3, "varve", "neither key=value nor an envelope"));
      }
    }
    submitted.add(submissions);
    return backup.thenApply(done -> submissions.stream().map(this::accept).toList());
  }

  private TaskStatus accept(Submission submission) {
    TaskStatus status;
    synchronized (this) {
      ByteString hash = Sha256.hash(submission.tx());
      Long known =
          submission.idempotencyKey().isEmpty() ? null : keys.get(submission.idempotencyKey());
      if (known != null) {
        if (!tasks.get(known).hash().equals(hash)) {
          throw new UplinkException.Conflict("the key was used for other bytes");
        }
        return tasks.get(known);
      }
      for (TaskStatus task : tasks.values()) {
        if (submission.joinPending() && task.state().isPending() && task.hash().equals(hash)) {
          return task;
        }
      }
      long id = tasks.size() + 1L;
      status =
          new TaskStatus(
              id, hash, TaskState.QUEUED, true, submission.ordered(), 1_000, 0, 0, 0, 0, "");
      txs.put(id, submission.tx());
      if (!submission.idempotencyKey().isEmpty()) {
        keys.put(submission.idempotencyKey(), id);
      }
    }
    set(status);
    return status;
  }

  @Override
  public CompletableFuture<TaskStatus> whenTaken(long id, Duration limit) {
    return when(id, limit, status -> status.state() != TaskState.QUEUED);
  }

  @Override
  public CompletableFuture<TaskStatus> whenDone(long id, Duration limit) {
    return when(id, limit, status -> !status.state().isPending());
  }

  private CompletableFuture<TaskStatus> when(
      long id, Duration limit, Predicate<TaskStatus> enough) {
    Waiter waiter = new Waiter(id, enough, new CompletableFuture<>());
    waiters.add(waiter);
    TaskStatus now = task(id).orElseThrow();
    if (enough.test(now)) {
      waiter.done().complete(now);
    }
    return waiter
        .done()
        .thenApply(Optional::of)
        .completeOnTimeout(Optional.empty(), limit.toMillis(), TimeUnit.MILLISECONDS)
        .thenApply(status -> status.orElseGet(() -> task(id).orElseThrow()));
  }

  @Override
  public synchronized Optional<TaskStatus> task(long id) {
    return Optional.ofNullable(tasks.get(id));
  }

  @Override
  public synchronized List<TaskStatus> tasks(ByteString hash) {
    if (failure != null) {
      throw failure;
    }
    return tasks.values().stream().filter(status -> status.hash().equals(hash)).toList();
  }

  @Override
  public synchronized Optional<ByteString> pendingTx(ByteString hash) {
    return tasks(hash).stream()
        .filter(status -> status.state().isPending() || status.state() == TaskState.FAILED)
        .map(status -> txs.get(status.id()))
        .findFirst();
  }

  @Override
  public synchronized Value value(ByteString key, boolean chainFirst) {
    reads.join();
    if (failure != null) {
      throw failure;
    }
    Optional<ByteString> committed = chain.state(key.toStringUtf8()).map(ByteString::copyFromUtf8);
    Optional<TaskStatus> writer = writer(key.toStringUtf8());
    if (writer.isEmpty() || (chainFirst && committed.isPresent())) {
      return new Value(Source.COMMITTED, committed, chain.height(), ByteString.EMPTY);
    }
    String text = txs.get(writer.get().id()).toStringUtf8();
    return new Value(
        Source.PENDING,
        Optional.of(ByteString.copyFromUtf8(text.split("=", 2)[1])),
        chain.height(),
        writer.get().hash());
  }

  private Optional<TaskStatus> writer(String key) {
    List<TaskStatus> found = new ArrayList<>();
    for (TaskStatus status : tasks.values()) {
      String text = txs.get(status.id()).toStringUtf8();
      if (status.state().isPending() && text.startsWith(key + "=")) {
        found.add(status);
      }
    }
    return found.isEmpty() ? Optional.empty() : Optional.of(found.get(found.size() - 1));
  }

  @Override
  public ResponseQuery query(RequestQuery request, boolean chainFirst) {
    reads.join();
    String path = request.getPath();
    if (path.startsWith("/tx/") || path.startsWith("/result/")) {
      ByteString hash = Decoding.hex(path.substring(path.lastIndexOf('/') + 1));
      boolean pending = tasks(hash).stream().anyMatch(status -> status.state().isPending());
      return ResponseQuery.newBuilder()
          .setInfo(pending ? Source.PENDING.word() : Source.COMMITTED.word())
          .setValue(ByteString.copyFromUtf8("{\"tx_result\":{\"code\":0,\"log\":\"asked\"}}"))
          .build();
    }
    if (!path.isEmpty() && !path.equals("/store")) {
      return ResponseQuery.newBuilder().setCode(1).setLog("unknown path").build();
    }
    Value value = value(request.getData(), chainFirst);
    ResponseQuery.Builder response =
        ResponseQuery.newBuilder()
            .setKey(request.getData())
            .setHeight(value.height())
            .setInfo(value.source().word());
    value.value().ifPresentOrElse(response::setValue, () -> response.setCode(2));
    return response.build();
  }

  @Override
  public FakeChain chain() {
    return chain;
  }

  @Override
  public synchronized List<TaskStatus> list(TaskState state, long after, int limit) {
    return tasks.values().stream()
        .filter(status -> status.state() == state && status.id() > after)
        .limit(limit)
        .toList();
  }

  @Override
  public CompletableFuture<TaskStatus> requeue(long id) {
    TaskStatus status = task(id).orElseThrow(() -> new UplinkException.NotFound("no task " + id));
    if (status.state() != TaskState.FAILED) {
      return CompletableFuture.failedFuture(
          new UplinkException.Conflict("task " + id + " has not failed"));
    }
    return submit(List.of(new Submission(txs.get(id), status.ordered(), "", false)))
        .thenApply(statuses -> statuses.get(0));
  }

  @Override
  public CompletableFuture<TaskStatus> drop(long id) {
    TaskStatus status = task(id).orElseThrow(() -> new UplinkException.NotFound("no task " + id));
    if (status.state() != TaskState.FAILED && status.state() != TaskState.QUEUED) {
      return CompletableFuture.failedFuture(
          new UplinkException.Conflict("task " + id + " is under way or done"));
    }
    set(with(status, TaskState.DROPPED, 0, 0, ""));
    return CompletableFuture.completedFuture(task(id).orElseThrow());
  }

  @Override
  public AutoCloseable subscribe(Consumer<TaskStatus> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  @Override
  public UplinkStatus status() {
    return new UplinkStatus(
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        chain.height(),
        true,
        "",
        new PendingStats("memory", 0, 0, 0),
        new UplinkCounts(0, 0, 0, 0));
  }
}
