package dev.varve.storage.engine;

import com.google.protobuf.ByteString;
import dev.varve.fallback.FallbackLog;
import dev.varve.fallback.FallbackLogException;
import dev.varve.storage.DiskStore;
import dev.varve.storage.record.StateRecord;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * Scans the state in key order while blocks wait in the log: what those wrote lies over what the
 * store holds.
 *
 * <p>The keys of waiting blocks are kept from scan to scan, about 8 bytes a key beside its own, as
 * long as the block waits and scans ask for the same range or a part of it. Threads: any.
 */
final class StateOverlay {
  private final DiskStore disk;
  private final FallbackLog log;
  private final LogReader reader;

  // Guarded by this.
  private final Deque<LoggedWrites> blocks = new ArrayDeque<>();
  private ByteString low = ByteString.EMPTY;
  private ByteString high = ByteString.EMPTY;

  StateOverlay(DiskStore disk, FallbackLog log, LogReader reader) {
    this.disk = disk;
    this.log = log;
    this.reader = reader;
  }

  /**
   * Visits keys in {@code [from, to)} as of block {@code last}, which nothing is committed after
   * meanwhile.
   *
   * @param stored a height that the store has reached
   */
  void scan(
      ByteString from, ByteString to, long stored, long last, DiskStore.StateVisitor visitor) {
    List<LoggedWrites> waiting = waiting(from, to, stored, last);
    if (waiting.isEmpty()) {
      disk.scanState(from, to, visitor);
      return;
    }
    // What drains from here on is in both: the log's wins, and is no older.
    Merge merge = new Merge(waiting, from.toByteArray(), to.toByteArray(), visitor);
    disk.scanState(from, to, merge::visitStored);
    merge.finish();
  }

  private synchronized List<LoggedWrites> waiting(
      ByteString from, ByteString to, long stored, long last) {
    if (compare(from, low) < 0 || compare(to, high) > 0) {
      blocks.clear();
      low = from;
      high = to;
    }
    while (!blocks.isEmpty() && blocks.peekFirst().height() <= stored) {
      blocks.removeFirst();
    }
    long next = blocks.isEmpty() ? stored + 1 : blocks.peekLast().height() + 1;
    for (; next <= last; next++) {
      Optional<byte[]> payload = read(next);
      if (payload.isPresent()) {
        blocks.addLast(LoggedWrites.read(next, payload.get(), low, high));
      } else {
        // Trimmed by now, so the store has it and all below it.
        blocks.clear();
      }
    }
    return List.copyOf(blocks);
  }

  private static int compare(ByteString a, ByteString b) {
    return ByteString.unsignedLexicographicalComparator().compare(a, b);
  }

  private Optional<byte[]> read(long height) {
    try {
      return log.read(height);
    } catch (FallbackLogException e) {
      throw LogErrors.translate(e);
    }
  }

  /** The record that a block wrote; the store's, once the log has let go of the block. */
  private Optional<StateRecord> record(LoggedWrites block, int place) {
    byte[] key = block.key(place);
    return reader
        .state(block.height(), block.offset(place), key)
        .or(() -> disk.state(ByteString.copyFrom(key)));
  }

  /** One scan: the waiting blocks' keys in order, of equal ones the newest first. */
  private final class Merge {
    private final PriorityQueue<Cursor> cursors = new PriorityQueue<>(Cursor::order);
    private final byte[] end;
    private final DiskStore.StateVisitor visitor;
    private boolean stopped;

    Merge(List<LoggedWrites> blocks, byte[] from, byte[] end, DiskStore.StateVisitor visitor) {
      this.end = end;
      this.visitor = visitor;
      for (LoggedWrites block : blocks) {
        add(new Cursor(block, block.ceiling(from)));
      }
    }

    private void add(Cursor cursor) {
      if (cursor.place < cursor.block.size() && cursor.block.compare(cursor.place, end) < 0) {
        cursors.add(cursor);
      }
    }

    /** Takes the store's next key: first the log's below it go to the visitor. */
    boolean visitStored(ByteString key, StateRecord state) {
      byte[] bytes = key.toByteArray();
      while (!stopped && !cursors.isEmpty() && cursors.peek().compare(bytes) < 0) {
        visitLogged();
      }
      if (stopped) {
        return false;
      }
      if (!cursors.isEmpty() && cursors.peek().compare(bytes) == 0) {
        visitLogged();
      } else {
        stopped = !visitor.visit(key, state);
      }
      return !stopped;
    }

    /** Gives the visitor what the log has after the store's last key. */
    void finish() {
      while (!stopped && !cursors.isEmpty()) {
        visitLogged();
      }
    }

    private void visitLogged() {
      Cursor newest = cursors.poll();
      while (!cursors.isEmpty() && cursors.peek().hasKeyOf(newest)) {
        add(cursors.poll().next());
      }
      LoggedWrites block = newest.block;
      if (!block.isDelete(newest.place)) {
        ByteString key = ByteString.copyFrom(block.key(newest.place));
        record(block, newest.place).ifPresent(state -> stopped = !visitor.visit(key, state));
      }
      add(newest.next());
    }
  }

  private static final class Cursor {
    private final LoggedWrites block;
    private final int place;

    Cursor(LoggedWrites block, int place) {
      this.block = block;
      this.place = place;
    }

    Cursor next() {
      return new Cursor(block, place + 1);
    }

    int compare(byte[] key) {
      return block.compare(place, key);
    }

    boolean hasKeyOf(Cursor other) {
      return block.compare(place, other.block, other.place) == 0;
    }

    /** By key; the newest block first. */
    static int order(Cursor a, Cursor b) {
      int byKey = a.block.compare(a.place, b.block, b.place);
      return byKey != 0 ? byKey : Long.compare(b.block.height(), a.block.height());
    }
  }
}
