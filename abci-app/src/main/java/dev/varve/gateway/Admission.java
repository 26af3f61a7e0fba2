package dev.varve.gateway;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.ResponseCheckTx;
import dev.varve.ledger.Transactions;
import dev.varve.ledger.TxContent;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.TxLocation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Judges submissions and hands them to the backup, all of one call or none. Threads: any. */
final class Admission {
  /** The application's CheckTx could not tell: it is told by the next one. */
  private static final int STORAGE_UNAVAILABLE = 5;

  private static final int UNDECODABLE = 1;

  private final Tasks tasks;
  private final Chain chain;
  private long lastNumber;

  Admission(Tasks tasks, Chain chain) {
    this.tasks = tasks;
    this.chain = chain;
  }

  CompletableFuture<List<TaskStatus>> submit(List<Submission> submissions) {
    try {
      List<Task> candidates = new ArrayList<>(submissions.size());
      for (int i = 0; i < submissions.size(); i++) {
        String which =
            submissions.size() == 1
                ? ""
                : "transaction " + (i + 1) + " of " + submissions.size() + ": ";
        candidates.add(judge(submissions.get(i), which));
      }
      return hold(submissions, candidates);
    } catch (UplinkException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Whether one names a key that is new here: its client may have been elsewhere before. */
  boolean haveNewKey(List<Submission> submissions) {
    tasks.lock.lock();
    try {
      return submissions.stream().anyMatch(this::isNewKey);
    } finally {
      tasks.lock.unlock();
    }
  }

  private boolean isNewKey(Submission submission) {
    String key = submission.idempotencyKey();
    return !key.isEmpty() && !tasks.byIdempotencyKey.containsKey(key);
  }

  /** A task for it, made without the lock: the one that is there already, or a new one. */
  private Task judge(Submission submission, String which) {
    ByteString tx = submission.tx();
    int most = tasks.config.limits().maxTxBytes();
    if (tx.size() > most) {
      throw new UplinkException.Refused(
          UNDECODABLE,
          Verdict.CODESPACE,
          which + "the transaction has " + tx.size() + " bytes, allowed are at most " + most);
    }
    ByteString hash = Transactions.hash(tx);
    tasks.lock.lock();
    try {
      Task there = there(submission, hash);
      if (there != null) {
        return there;
      }
    } finally {
      tasks.lock.unlock();
    }
    TxContent content = Transactions.read(tx);
    if (content instanceof TxContent.Undecodable undecodable) {
      throw new UplinkException.Refused(
          UNDECODABLE, Verdict.APPLICATION_CODESPACE, which + undecodable.reason());
    }
    Task task = Task.of(submission, hash, content, tasks.time.millis());
    Verdict verdict = Verdict.of(chain, task.tx, task.hash, task.acceptedOnce);
    if (verdict.isRefused()) {
      throw new UplinkException.Refused(verdict.code(), verdict.codespace(), which + verdict.log());
    }
    verdict
        .committedAt()
        .ifPresent(at -> task.commit(at.getHeight(), at.getIndex(), 0, task.acceptedMs));
    return task;
  }

  /** What the same key, or the same bytes, is already; null for nothing. With the lock. */
  private Task there(Submission submission, ByteString hash) {
    String key = submission.idempotencyKey();
    if (!key.isEmpty()) {
      tasks.forgetOld();
      Task named = tasks.byIdempotencyKey.get(key);
      if (named != null && !named.hash.equals(hash)) {
        throw new UplinkException.Conflict(
            "the idempotency key \"" + key + "\" came before with another transaction");
      }
      if (named != null) {
        return named;
      }
    }
    if (!submission.joinPending()) {
      return null;
    }
    Task last = tasks.accepting.last(hash);
    return last == null ? tasks.byHash.last(hash) : last;
  }

  private CompletableFuture<List<TaskStatus>> hold(
      List<Submission> submissions, List<Task> candidates) {
    List<Task> answers = new ArrayList<>(candidates.size());
    List<Task> fresh = new ArrayList<>(candidates.size());
    tasks.lock.lock();
    try {
      requireOpen();
      try {
        for (int i = 0; i < candidates.size(); i++) {
          Task candidate = candidates.get(i);
          Task there = there(submissions.get(i), candidate.hash);
          answers.add(there == null ? candidate : there);
          if (there == null) {
            tasks.requireRoomToFail();
            tasks.addAccepting(candidate, ++lastNumber);
            fresh.add(candidate);
          }
        }
      } catch (UplinkException e) {
        fresh.forEach(tasks::reject);
        throw e;
      }
      Write write = Write.of(answers, fresh);
      if (fresh.isEmpty() && answers.stream().allMatch(task -> task.acceptNumber == 0)) {
        write.result().complete(answers.stream().map(tasks::status).toList());
      } else {
        add(write);
      }
      return write.result();
    } finally {
      tasks.lock.unlock();
    }
  }

  /** A write in place of a submission; with the lock. */
  void add(Write write) {
    tasks.toWrite.addLast(write);
    tasks.backupWork.signal();
  }

  /** A failed task as a new one, which takes its place in the backup; with the lock. */
  Task renew(Task old) {
    Task task = Task.again(old, tasks.time.millis());
    tasks.addAccepting(task, ++lastNumber);
    return task;
  }

  void requireOpen() {
    if (tasks.closed) {
      throw new UplinkException.Unavailable("the gateway is stopping", null);
    }
  }

  /**
   * What the application says of a transaction.
   *
   * @param code 0 where it is fit, could not be judged, or is in the chain already
   * @param committedAt where bytes stand that are accepted only once
   */
  record Verdict(int code, String codespace, String log, Optional<TxLocation> committedAt) {
    static final String CODESPACE = "uplink";
    static final String APPLICATION_CODESPACE = "varve";

    private static final Verdict FIT = new Verdict(0, "", "", Optional.empty());

    boolean isRefused() {
      return code != 0;
    }

    /** Asks the chain; one that does not answer refuses nothing. */
    static Verdict of(Chain chain, ByteString tx, ByteString hash, boolean acceptedOnce) {
      try {
        ResponseCheckTx check = chain.check(tx);
        if (check.getCode() == 0 || check.getCode() == STORAGE_UNAVAILABLE) {
          return FIT;
        }
        Optional<TxLocation> at =
            acceptedOnce ? chain.locate(hash).filter(TxLocation::getSuccess) : Optional.empty();
        return at.isPresent()
            ? new Verdict(0, "", "", at)
            : new Verdict(check.getCode(), check.getCodespace(), check.getLog(), Optional.empty());
      } catch (StorageException | UplinkException.Unavailable e) {
        return FIT;
      }
    }
  }
}
