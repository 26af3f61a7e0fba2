package dev.varve.storage.engine;

import dev.varve.storage.BlockBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Blocks that are in the log and wait for the disk store, kept on the heap up to a bound of encoded
 * bytes so that they need not be read back. Threads: under its owner's lock.
 */
final class Undrained {
  private final Deque<Waiting> blocks = new ArrayDeque<>();
  private final long maxBytes;
  private long bytes;

  /** A block, with the bytes its entry has in the log. */
  private record Waiting(BlockBatch batch, int bytes) {}

  Undrained(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Takes a block while there is room; called in the order of heights. */
  void add(BlockBatch batch, int encodedBytes) {
    if (bytes + encodedBytes <= maxBytes) {
      blocks.add(new Waiting(batch, encodedBytes));
      bytes += encodedBytes;
    }
  }

  long bytes() {
    return bytes;
  }

  boolean beginsWith(long height) {
    return !blocks.isEmpty() && blocks.peek().batch().height() == height;
  }

  /**
   * Consecutive blocks from a height on, until they have so many bytes; empty if it is not here.
   */
  List<BlockBatch> group(long from, long enoughBytes) {
    List<BlockBatch> group = new ArrayList<>();
    long next = from;
    long taken = 0;
    for (Waiting waiting : blocks) {
      if (waiting.batch().height() == next && taken < enoughBytes) {
        group.add(waiting.batch());
        taken += waiting.bytes();
        next++;
      }
    }
    return group;
  }

  void forget(long throughHeight) {
    while (!blocks.isEmpty() && blocks.peek().batch().height() <= throughHeight) {
      bytes -= blocks.poll().bytes();
    }
  }
}
