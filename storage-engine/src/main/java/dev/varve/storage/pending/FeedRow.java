package dev.varve.storage.pending;

import dev.varve.storage.CommittedTask;
import dev.varve.storage.PendingChange;
import dev.varve.storage.StorageException;

/**
 * A row of {@code uplink_feed}: a task that a gateway's write has touched.
 *
 * @param seq its place among the changes of its gateway
 * @param committed what is said of a task in a block, without its idempotency key; null for others
 */
record FeedRow(long seq, long id, Kind kind, CommittedTask committed) {
  enum Kind {
    ACCEPTED("accepted"),
    FAILED("failed"),
    COMMITTED("committed"),
    DROPPED("dropped"),
    FORGOTTEN("forgotten");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }

    static Kind of(String word) {
      for (Kind kind : values()) {
        if (kind.word.equals(word)) {
          return kind;
        }
      }
      throw new StorageException.Corruption("uplink_feed has the unknown kind " + word, null);
    }
  }

  static FeedRow of(Kind kind, long id) {
    return new FeedRow(0, id, kind, null);
  }

  static FeedRow of(CommittedTask task) {
    return new FeedRow(0, task.id(), Kind.COMMITTED, task);
  }

  /** What to tell of a task of which nothing else is left; null where another row tells. */
  PendingChange ofGone() {
    return switch (kind) {
      case ACCEPTED, FAILED -> null;
      case COMMITTED -> new PendingChange.Committed(committed);
      case DROPPED -> new PendingChange.Dropped(id);
      case FORGOTTEN -> new PendingChange.Forgotten(id);
    };
  }
}
