package dev.varve.storage.engine;

import com.google.protobuf.ByteString;
import dev.varve.fallback.FallbackLog;
import dev.varve.fallback.FallbackLogException;
import dev.varve.storage.DiskStore;
import dev.varve.storage.engine.LoggedKeys.Write;
import dev.varve.storage.record.StateRecord;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Scans the state in key order while blocks wait in the log: what those wrote lies over what the
 * store holds.
 *
 * <p>It goes stretch by stretch: for each it reads the log once and keeps as many of the next keys
 * as a bound of heap takes, whatever waits in the log. Threads: any.
 */
final class StateOverlay {
  private final DiskStore disk;
  private final FallbackLog log;
  private final LogReader reader;
  private final long maxBytes;

  /** {@code maxBytes}: of heap for the keys of one stretch. */
  StateOverlay(DiskStore disk, FallbackLog log, LogReader reader, long maxBytes) {
    this.disk = disk;
    this.log = log;
    this.reader = reader;
    this.maxBytes = maxBytes;
  }

  /**
   * Visits keys in {@code [from, to)} as of block {@code last}, which nothing is committed after
   * meanwhile.
   *
   * @param stored tells a height that the store has reached
   */
  void scan(
      ByteString from,
      ByteString to,
      LongSupplier stored,
      long last,
      DiskStore.StateVisitor visitor) {
    ByteString next = from;
    boolean goOn = true;
    while (goOn && ByteString.unsignedLexicographicalComparator().compare(next, to) < 0) {
      LoggedKeys keys = keys(next, to, stored.getAsLong(), last);
      // What drains from here on is in both: the log's wins, and is no older.
      Merge merge = new Merge(keys, visitor);
      disk.scanState(next, keys.end(), merge::visitStored);
      goOn = merge.finish();
      next = keys.end();
    }
  }

  private LoggedKeys keys(ByteString from, ByteString to, long stored, long last) {
    LoggedKeys keys = new LoggedKeys(from, to, maxBytes);
    for (long height = stored + 1; height <= last; height++) {
      Optional<byte[]> payload = read(height);
      if (payload.isPresent()) {
        keys.add(height, payload.get());
      } else {
        // Trimmed by now, so the store has it and all below it.
        keys.clear();
      }
    }
    return keys;
  }

  private Optional<byte[]> read(long height) {
    try {
      return log.read(height);
    } catch (FallbackLogException e) {
      throw LogErrors.translate(e);
    }
  }

  /** One stretch: the store's keys and the log's, of equal ones the log's. */
  private final class Merge {
    private final Iterator<Map.Entry<byte[], Write>> logged;
    private final DiskStore.StateVisitor visitor;
    private Map.Entry<byte[], Write> next;
    private boolean stopped;

    Merge(LoggedKeys keys, DiskStore.StateVisitor visitor) {
      this.logged = keys.iterator();
      this.visitor = visitor;
      step();
    }

    private void step() {
      next = logged.hasNext() ? logged.next() : null;
    }

    /** Takes the store's next key: first the log's below it go to the visitor. */
    boolean visitStored(ByteString key, StateRecord state) {
      byte[] bytes = next == null ? null : key.toByteArray();
      while (!stopped && next != null && Arrays.compareUnsigned(next.getKey(), bytes) < 0) {
        visitLogged();
      }
      if (stopped) {
        return false;
      }
      if (next != null && Arrays.equals(next.getKey(), bytes)) {
        visitLogged();
      } else {
        stopped = !visitor.visit(key, state);
      }
      return !stopped;
    }

    /** Gives the visitor what the log has after the store's last key; returns whether to go on. */
    boolean finish() {
      while (!stopped && next != null) {
        visitLogged();
      }
      return !stopped;
    }

    private void visitLogged() {
      Write write = next.getValue();
      if (!write.deleted()) {
        ByteString key = ByteString.copyFrom(next.getKey());
        // The store's, once the log has let go of the block.
        reader
            .state(write.height(), write.offset(), next.getKey())
            .or(() -> disk.state(key))
            .ifPresent(state -> stopped = !visitor.visit(key, state));
      }
      step();
    }
  }
}
