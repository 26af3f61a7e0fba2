package dev.varve.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A node with a mempool and a cache as CometBFT has them; misbehaves when told. */
final class SimNode implements NodePort {
  /** What becomes of what is sent. */
  enum Mood {
    /** Answered at once. */
    PROMPT,
    /** Answered, in order, when {@link #answer} is called. */
    SLOW,
    /** Answered with an error. */
    ERRORS,
    /** There is no connection. */
    DOWN
  }

  private final SimChain chain;
  private final SimStore.Image backup;
  private final int capacity;
  private final int cacheSize;
  private final Deque<Sent> unanswered = new ArrayDeque<>();
  private final Set<ByteString> mempool = new LinkedHashSet<>();
  private final Set<ByteString> cache = new LinkedHashSet<>();

  volatile Mood mood = Mood.PROMPT;
  volatile boolean closed;
  private long losses;

  /** Every transaction that was sent, in order. */
  final List<ByteString> sent = new ArrayList<>();

  /** Such are answered with an error, whatever the mood. */
  final Set<ByteString> disliked = new LinkedHashSet<>();

  private record Sent(ByteString tx, CompletableFuture<Answer> answer) {}

  SimNode(SimChain chain, SimStore.Image backup, int capacity, int cacheSize) {
    this.chain = chain;
    this.backup = backup;
    this.capacity = capacity;
    this.cacheSize = cacheSize;
  }

  @Override
  public CompletionStage<Answer> send(ByteString tx) {
    assertThat(backup.wasAccepted(tx)).as("sent only after its backup").isTrue();
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    Mood now = mood;
    if (now == Mood.DOWN) {
      breakConnection(0);
    } else if (now != Mood.SLOW) {
      answerAll();
    }
    synchronized (this) {
      sent.add(tx);
      if (now == Mood.SLOW) {
        unanswered.add(new Sent(tx, answer));
        return answer;
      }
    }
    answer.complete(
        switch (now) {
          case DOWN -> new Answer(Outcome.UNKNOWN, "connection refused");
          case ERRORS -> new Answer(Outcome.AGAIN, "internal error");
          default -> take(tx);
        });
    return answer;
  }

  private synchronized Answer take(ByteString tx) {
    if (disliked.contains(tx)) {
      return new Answer(Outcome.AGAIN, "this one not");
    }
    if (mempool.size() >= capacity) {
      return new Answer(Outcome.AGAIN, "mempool is full: number of txs " + mempool.size());
    }
    boolean known = cache.remove(tx);
    cache.add(tx);
    if (known) {
      return new Answer(Outcome.KNOWN, "tx already exists in cache");
    }
    if (cache.size() > cacheSize) {
      cache.remove(cache.iterator().next());
    }
    if (chain.check(tx) == 0) {
      mempool.add(tx);
    } else {
      cache.remove(tx);
    }
    return new Answer(Outcome.TAKEN, "");
  }

  /** Answers the oldest request; returns whether there was one. */
  boolean answer() {
    Sent oldest;
    synchronized (this) {
      oldest = unanswered.poll();
    }
    if (oldest == null) {
      return false;
    }
    oldest.answer.complete(take(oldest.tx));
    return true;
  }

  /** Answers all requests, in order. */
  void answerAll() {
    while (answer()) {
      // One by one.
    }
  }

  /** The connection breaks; of what is unanswered the node takes the first {@code taken}. */
  void breakConnection(int taken) {
    List<Sent> open;
    synchronized (this) {
      losses++;
      open = new ArrayList<>(unanswered);
      unanswered.clear();
    }
    for (int i = 0; i < open.size(); i++) {
      if (i < taken) {
        take(open.get(i).tx);
      }
    }
    open.forEach(each -> each.answer.complete(new Answer(Outcome.UNKNOWN, "connection broke")));
  }

  /** Ends and starts again with nothing in memory. */
  void restart() {
    breakConnection(0);
    synchronized (this) {
      mempool.clear();
      cache.clear();
    }
  }

  /** Drops one transaction from the mempool, as a recheck would. */
  synchronized void evict(int position) {
    List<ByteString> all = new ArrayList<>(mempool);
    if (!all.isEmpty()) {
      ByteString evicted = all.get(position % all.size());
      mempool.remove(evicted);
      cache.remove(evicted);
    }
  }

  /** Commits a block of what was first in the mempool. */
  void block(int most) {
    block(most, List.of());
  }

  /** The same, with what the application adds to the proposal. */
  void block(int most, List<ByteString> proposed) {
    List<ByteString> txs = new ArrayList<>();
    synchronized (this) {
      mempool.stream().limit(most).forEach(txs::add);
      proposed.stream().filter(tx -> !txs.contains(tx)).forEach(txs::add);
    }
    List<Integer> codes = chain.block(txs);
    synchronized (this) {
      for (int i = 0; i < txs.size(); i++) {
        mempool.remove(txs.get(i));
        if (codes.get(i) != 0) {
          cache.remove(txs.get(i));
        }
      }
    }
  }

  synchronized int mempoolSize() {
    return mempool.size();
  }

  @Override
  public synchronized long losses() {
    return losses;
  }

  @Override
  public boolean isUp() {
    return mood != Mood.DOWN;
  }

  @Override
  public String problem() {
    return isUp() ? "" : "connection refused";
  }

  @Override
  public void close() {
    closed = true;
    breakConnection(0);
  }
}
