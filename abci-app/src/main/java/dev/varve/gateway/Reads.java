package dev.varve.gateway;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.TxLocation;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Reads that look at pending tasks and at the chain and never go back in time.
 *
 * <p>What is pending answers only while no block is committed above those looked through, so a task
 * that such a block completes never answers after it. Threads: any.
 */
final class Reads {
  private static final int OK = 0;
  private static final int BAD_REQUEST = 1;
  private static final int NOT_FOUND = 2;
  private static final int HASH_DIGITS = 64;

  private final Tasks tasks;
  private final Chain chain;

  Reads(Tasks tasks, Chain chain) {
    this.tasks = tasks;
    this.chain = chain;
  }

  /**
   * A pending task as it was found.
   *
   * @param value of the key that was asked for; empty for a delete
   * @param followed when it was found
   */
  private record Found(ByteString hash, Optional<ByteString> value, ByteString tx, long followed) {}

  Value value(ByteString key, boolean chainFirst) {
    if (chainFirst) {
      Value committed = committed(key);
      if (committed.value().isPresent()) {
        return committed;
      }
    }
    Found found = pending(() -> writer(key));
    return found == null
        ? committed(key)
        : new Value(Source.PENDING, found.value, found.followed, found.hash);
  }

  private Value committed(ByteString key) {
    long height = chain.height();
    ResponseQuery answer =
        chain.query(RequestQuery.newBuilder().setPath("/store").setData(key).build());
    return switch (answer.getCode()) {
      case OK ->
          new Value(
              Source.COMMITTED,
              Optional.of(answer.getValue()),
              answer.getHeight(),
              ByteString.EMPTY);
      case NOT_FOUND -> new Value(Source.COMMITTED, Optional.empty(), height, ByteString.EMPTY);
      case BAD_REQUEST ->
          throw new UplinkException.Refused(
              answer.getCode(), answer.getCodespace(), answer.getLog());
      default -> throw new UplinkException.Unavailable(answer.getLog(), null);
    };
  }

  ResponseQuery query(RequestQuery request, boolean chainFirst) {
    String path = request.getPath();
    String route = path.startsWith("/") ? path.substring(1) : path;
    if (request.getHeight() != 0 || request.getProve()) {
      return committed(request);
    }
    if (route.isEmpty() || route.equals("store")) {
      return either(request, chainFirst, () -> writer(request.getData()), this::store);
    }
    int slash = route.indexOf('/');
    String name = slash < 0 ? route : route.substring(0, slash);
    ByteString hash = slash < 0 ? null : hash(route.substring(slash + 1));
    if (hash == null) {
      return committed(request);
    }
    Supplier<Found> found = () -> transaction(hash);
    return switch (name) {
      case "tx" ->
          either(
              request,
              chainFirst,
              found,
              (of, task) -> document(of, PendingDocuments.transaction(hash, task.tx), task));
      case "result" ->
          either(
              request,
              chainFirst,
              found,
              (of, task) -> document(of, PendingDocuments.result(hash), task));
      case "logs" ->
          either(
              request,
              chainFirst,
              found,
              (of, task) -> document(of, PendingDocuments.log(hash), task));
      default -> committed(request);
    };
  }

  @FunctionalInterface
  private interface Answer {
    ResponseQuery of(RequestQuery request, Found task);
  }

  private ResponseQuery either(
      RequestQuery request, boolean chainFirst, Supplier<Found> find, Answer pending) {
    if (chainFirst) {
      ResponseQuery committed = committed(request);
      if (committed.getCode() != NOT_FOUND) {
        return committed;
      }
    }
    Found found = pending(find);
    return found == null ? committed(request) : pending.of(request, found);
  }

  private ResponseQuery store(RequestQuery request, Found found) {
    ResponseQuery.Builder answer =
        ResponseQuery.newBuilder()
            .setKey(request.getData())
            .setHeight(found.followed)
            .setInfo(Source.PENDING.word());
    if (found.value.isPresent()) {
      return answer.setValue(found.value.get()).build();
    }
    return answer
        .setCode(NOT_FOUND)
        .setCodespace(Admission.Verdict.APPLICATION_CODESPACE)
        .setLog("the pending transaction " + PendingDocuments.hex(found.hash) + " deletes the key")
        .build();
  }

  private static ResponseQuery document(RequestQuery request, ByteString body, Found found) {
    return ResponseQuery.newBuilder()
        .setKey(request.getData())
        .setValue(body)
        .setHeight(found.followed)
        .setInfo(Source.PENDING.word())
        .build();
  }

  private ResponseQuery committed(RequestQuery request) {
    return chain.query(request).toBuilder().setInfo(Source.COMMITTED.word()).build();
  }

  /** Null where it is none; the application says what is wrong with it. */
  private static ByteString hash(String argument) {
    String digits =
        argument.startsWith("0x") || argument.startsWith("0X") ? argument.substring(2) : argument;
    return digits.length() == HASH_DIGITS && digits.chars().allMatch(HexFormat::isHexDigit)
        ? ByteString.copyFrom(HexFormat.of().parseHex(digits))
        : null;
  }

  /** The last accepted task that writes a key. */
  private Found writer(ByteString key) {
    tasks.lock.lock();
    try {
      Task task = tasks.writes.last(key);
      return task == null
          ? null
          : new Found(task.hash, task.writes.get(key), task.tx, tasks.followed);
    } finally {
      tasks.lock.unlock();
    }
  }

  private Found transaction(ByteString hash) {
    tasks.lock.lock();
    try {
      Task task = tasks.byHash.last(hash);
      return task == null ? null : new Found(task.hash, Optional.empty(), task.tx, tasks.followed);
    } finally {
      tasks.lock.unlock();
    }
  }

  /** A pending task that no committed block has completed; null for none. */
  private Found pending(Supplier<Found> find) {
    long left = tasks.config.readWait().toNanos();
    while (true) {
      Found found = find.get();
      if (found == null) {
        return null;
      }
      long height;
      try {
        height = chain.height();
      } catch (StorageException | UplinkException.Unavailable e) {
        // Nothing newer can be read of a chain that does not answer.
        return found;
      }
      if (found.followed >= height) {
        return found;
      }
      if (left <= 0) {
        return isIncluded(found) ? null : found;
      }
      left = awaitFollowed(height, left);
    }
  }

  /** Asked when the follower does not come. */
  private boolean isIncluded(Found found) {
    try {
      return chain
          .locate(found.hash)
          .filter(TxLocation::getSuccess)
          .filter(at -> at.getHeight() > found.followed)
          .isPresent();
    } catch (StorageException | UplinkException.Unavailable e) {
      return false;
    }
  }

  /** Returns how much of the time is left. */
  private long awaitFollowed(long height, long nanos) {
    long left = nanos;
    tasks.lock.lock();
    try {
      while (tasks.followed < height && left > 0 && !tasks.closed) {
        left = tasks.followMoved.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    } finally {
      tasks.lock.unlock();
    }
    return tasks.closed ? 0 : left;
  }
}
