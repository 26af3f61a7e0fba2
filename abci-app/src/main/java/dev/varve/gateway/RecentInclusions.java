package dev.varve.gateway;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;

/**
 * Inclusions of the last blocks that completed no task: of another gateway's task one may hear only
 * after its block. Keeps none where the backup is not shared. Guarded by the lock of {@link Tasks}.
 */
final class RecentInclusions {
  private static final long BLOCKS = 16;

  private final boolean shared;
  private final Map<ByteString, Place> byHash = new TreeMap<>(ByKey.ORDER);
  private final Deque<Place> inOrder = new ArrayDeque<>();

  /** Where bytes are. */
  record Place(ByteString hash, long height, int index, int code) {}

  RecentInclusions(boolean shared) {
    this.shared = shared;
  }

  void add(long height, int index, Chain.Included included) {
    if (shared) {
      Place place = new Place(included.hash(), height, index, included.code());
      byHash.put(place.hash, place);
      inOrder.addLast(place);
    }
  }

  void forgetBelow(long height) {
    while (!inOrder.isEmpty() && inOrder.peekFirst().height <= height - BLOCKS) {
      Place oldest = inOrder.pollFirst();
      byHash.remove(oldest.hash, oldest);
    }
  }

  /** Takes the last inclusion of bytes out, or returns null. */
  Place take(ByteString hash) {
    return byHash.remove(hash);
  }
}
