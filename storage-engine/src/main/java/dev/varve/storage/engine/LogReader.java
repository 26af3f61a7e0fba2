package dev.varve.storage.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.varve.fallback.FallbackLog;
import dev.varve.fallback.FallbackLogException;
import dev.varve.storage.DiskStore;
import dev.varve.storage.Envelope;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.StateRecord;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** Finds records in the entries of a log that the disk store does not hold yet. Threads: any. */
final class LogReader {
  private static final int FIRST_READ_BYTES = 512;

  private final FallbackLog log;

  LogReader(FallbackLog log) {
    this.log = log;
  }

  /**
   * The newest record of a key, that {@code wanted} accepts, in the entries after one height and up
   * to another: an entry is there a moment before its block is committed.
   *
   * <p>An entry that is drained and trimmed meanwhile counts as not there: the store holds it.
   */
  <M extends MessageLite> Found<M> find(
      RecordType type, byte[] key, long after, long upTo, Parser<M> parser, Predicate<M> wanted) {
    return find(
        new Search<>(type, key, stored -> Envelope.open(type, key, stored, parser), wanted),
        after,
        upTo);
  }

  /** The newest value of a name that a block after one height and up to another set. */
  Found<ByteString> findMeta(byte[] name, long after, long upTo) {
    return find(
        new Search<>(
            RecordType.META,
            name,
            stored -> Envelope.open(RecordType.META, name, stored),
            any -> true),
        after,
        upTo);
  }

  /** The newest record of a state key in the entries after one height and up to another. */
  Found<StateRecord> findState(byte[] key, long after, long upTo) {
    return find(stateSearch(key), after, upTo);
  }

  /** The state record at a place in an entry; empty once the log has let go of the entry. */
  Optional<StateRecord> state(long sequence, int offset, byte[] key) {
    Search<StateRecord> search = stateSearch(key);
    try {
      search.visit(sequence, offset);
    } catch (FallbackLogException e) {
      throw LogErrors.translate(e);
    }
    return Optional.ofNullable(search.found);
  }

  /**
   * Visits the commitments of blocks from a height on, as far as the log goes without a gap.
   *
   * @return the height after the last one that was read
   */
  long commitments(long from, long last, DiskStore.CommitmentVisitor visitor) {
    long next = from;
    try {
      for (; next <= last; next++) {
        Optional<byte[]> payload = log.read(next);
        if (payload.isEmpty()) {
          return next;
        }
        visitor.visit(next, BatchDecoder.decode(payload.get()).commitment());
      }
    } catch (FallbackLogException e) {
      throw LogErrors.translate(e);
    }
    return next;
  }

  private Search<StateRecord> stateSearch(byte[] key) {
    return new Search<>(
        RecordType.STATE,
        key,
        stored -> Envelope.open(RecordType.STATE, key, stored, StateRecord.parser()),
        any -> true);
  }

  private <M> Found<M> find(Search<M> search, long after, long upTo) {
    try {
      log.find(
          LogRecord.hash(search.type, search.key),
          (sequence, offset) ->
              sequence > upTo || (sequence > after && search.visit(sequence, offset)));
    } catch (FallbackLogException e) {
      throw LogErrors.translate(e);
    }
    return new Found<>(search.found, search.deleted);
  }

  /** What a search gave: a record, a deletion, or neither. */
  record Found<M>(M message, boolean deleted) {
    boolean answers() {
      return message != null || deleted;
    }

    Optional<M> asOptional() {
      return Optional.ofNullable(message);
    }
  }

  private final class Search<M> {
    private final RecordType type;
    private final byte[] key;
    private final Function<byte[], M> decoder;
    private final Predicate<M> wanted;
    private M found;
    private boolean deleted;

    Search(RecordType type, byte[] key, Function<byte[], M> decoder, Predicate<M> wanted) {
      this.type = type;
      this.key = key;
      this.decoder = decoder;
      this.wanted = wanted;
    }

    /** Returns whether to go on with older entries. */
    boolean visit(long sequence, int offset) {
      Optional<byte[]> part =
          log.read(sequence, offset, Math.max(FIRST_READ_BYTES, key.length + 32));
      if (part.isEmpty()) {
        return false;
      }
      LogRecord head = LogRecord.read(part.get(), 0);
      if (!head.hasKey(type, key)) {
        return true;
      }
      if (head.deleted()) {
        deleted = found == null;
        return false;
      }
      LogRecord whole = head;
      if (head.isCut()) {
        Optional<byte[]> all = log.read(sequence, offset, head.end());
        if (all.isEmpty()) {
          return false;
        }
        whole = LogRecord.read(all.get(), 0);
      }
      if (whole.isCut()) {
        throw new StorageException.Corruption(
            "log entry of block " + sequence + " ends within a " + type + " record", null);
      }
      M message = decoder.apply(whole.value());
      boolean done = wanted.test(message);
      if (done || found == null) {
        found = message;
      }
      return !done;
    }
  }
}
