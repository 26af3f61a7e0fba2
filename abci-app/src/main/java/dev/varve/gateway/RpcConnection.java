package dev.varve.gateway;

import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;

/**
 * One WebSocket connection to a node, from its opening until it breaks: then every request without
 * an answer is answered {@code UNKNOWN}, in order.
 */
final class RpcConnection implements WebSocket.Listener {
  private static final int MAX_MESSAGE_CHARS = 1 << 20;
  private static final int MESSAGE_TOO_BIG = 1009;

  private final int window;
  private final BiConsumer<RpcConnection, String> onBroken;
  private final Runnable onAnswer;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();

  // Guarded by lock, in the order of sending.
  private final Map<Long, Request> unanswered = new LinkedHashMap<>();
  private boolean broken;
  private String why = "";
  private WebSocket socket;

  // Of the thread that receives.
  private final StringBuilder message = new StringBuilder();

  private record Request(int size, long sentNanos, CompletableFuture<NodePort.Answer> answer) {}

  RpcConnection(int window, BiConsumer<RpcConnection, String> onBroken, Runnable onAnswer) {
    this.window = window;
    this.onBroken = onBroken;
    this.onAnswer = onAnswer;
  }

  void opened(WebSocket opened) {
    lock.lock();
    try {
      socket = opened;
      if (!broken) {
        return;
      }
    } finally {
      lock.unlock();
    }
    opened.abort();
  }

  boolean isBroken() {
    lock.lock();
    try {
      return broken;
    } finally {
      lock.unlock();
    }
  }

  /** Sends, after waiting for room and for the socket to take what came before. */
  CompletionStage<NodePort.Answer> send(long id, String text, Duration limit) {
    Request request = new Request(text.length(), System.nanoTime(), new CompletableFuture<>());
    lock.lock();
    try {
      while (unanswered.size() >= window && !broken) {
        room.awaitUninterruptibly();
      }
      if (broken) {
        return CompletableFuture.completedFuture(
            new NodePort.Answer(NodePort.Outcome.UNKNOWN, why));
      }
      unanswered.put(id, request);
    } finally {
      lock.unlock();
    }
    try {
      socket.sendText(text, true).get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      breakOff("sending failed: " + RpcNodePort.words(e.getCause()), 0, NodePort.Outcome.UNKNOWN);
    } catch (TimeoutException e) {
      breakOff("the node does not read", 0, NodePort.Outcome.UNKNOWN);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      breakOff("interrupted while sending", 0, NodePort.Outcome.UNKNOWN);
    }
    return request.answer;
  }

  @Override
  public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    if (message.length() + data.length() > MAX_MESSAGE_CHARS) {
      garbage("an answer of over " + MAX_MESSAGE_CHARS + " characters");
      return null;
    }
    message.append(data);
    if (last) {
      String whole = message.toString();
      message.setLength(0);
      received(whole);
    }
    from.request(1);
    return null;
  }

  private void received(String whole) {
    RpcAnswers.Numbered numbered;
    try {
      numbered = RpcAnswers.read(whole);
    } catch (IOException e) {
      garbage("something that is no answer");
      return;
    }
    Request request;
    lock.lock();
    try {
      request = unanswered.remove(numbered.id());
      room.signal();
      if (broken) {
        return;
      }
    } finally {
      lock.unlock();
    }
    if (request == null) {
      garbage("an answer to what was not asked");
    } else {
      onAnswer.run();
      request.answer.complete(numbered.answer());
    }
  }

  /** The first that waits is what it may be about: for that one it counts. */
  private void garbage(String what) {
    breakOff("the node sent " + what, 0, NodePort.Outcome.AGAIN);
  }

  @Override
  public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
    garbage("bytes in place of text");
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
    breakOff(
        "the node closed the connection with status " + status + " " + reason,
        status,
        NodePort.Outcome.UNKNOWN);
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    breakOff("the connection broke: " + RpcNodePort.words(error), 0, NodePort.Outcome.UNKNOWN);
  }

  /** Gives the connection up when the oldest request is unanswered for too long. */
  void requireAnswers(Duration limit) {
    boolean late;
    lock.lock();
    try {
      late =
          !unanswered.isEmpty()
              && System.nanoTime() - unanswered.values().iterator().next().sentNanos
                  > limit.toNanos();
    } finally {
      lock.unlock();
    }
    if (late) {
      breakOff(
          "the node gave no answer in " + limit.toSeconds() + " s", 0, NodePort.Outcome.UNKNOWN);
    }
  }

  void close(String reason) {
    breakOff(reason, 0, NodePort.Outcome.UNKNOWN);
  }

  private void breakOff(String reason, int status, NodePort.Outcome first) {
    List<Request> open;
    WebSocket broke;
    lock.lock();
    try {
      if (broken) {
        return;
      }
      broken = true;
      why = reason;
      broke = socket;
      open = new ArrayList<>(unanswered.values());
      unanswered.clear();
      room.signalAll();
    } finally {
      lock.unlock();
    }
    onBroken.accept(this, reason);
    if (broke != null) {
      broke.abort();
    }
    Request guilty = guilty(open, status, first);
    NodePort.Outcome its = status == MESSAGE_TOO_BIG ? NodePort.Outcome.REFUSED : first;
    if (guilty != null) {
      // Before the others, which put everything under way back.
      guilty.answer.complete(new NodePort.Answer(its, reason));
    }
    NodePort.Answer unknown = new NodePort.Answer(NodePort.Outcome.UNKNOWN, reason);
    open.forEach(request -> request.answer.complete(unknown));
  }

  /** The one that broke it, where that can be told: the largest is too large if one is. */
  private static Request guilty(List<Request> open, int status, NodePort.Outcome first) {
    if (open.isEmpty() || (status != MESSAGE_TOO_BIG && first == NodePort.Outcome.UNKNOWN)) {
      return null;
    }
    Request guilty = open.get(0);
    for (Request each : open) {
      guilty = status == MESSAGE_TOO_BIG && each.size > guilty.size ? each : guilty;
    }
    return guilty;
  }
}
