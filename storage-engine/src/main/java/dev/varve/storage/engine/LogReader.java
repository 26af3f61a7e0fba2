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
   * The newest record of a key in the entries after {@code height} that {@code wanted} accepts.
   *
   * <p>An entry that is drained and trimmed meanwhile counts as not there: the store holds it.
   */
  <M extends MessageLite> Found<M> find(
      RecordType type, byte[] key, long height, Parser<M> parser, Predicate<M> wanted) {
    return find(type, key, height, stored -> Envelope.open(type, key, stored, parser), wanted);
  }

  /** The newest value of a name that a block after {@code height} set. */
  Found<ByteString> findMeta(byte[] name, long height) {
    return find(
        RecordType.META,
        name,
        height,
        stored -> Envelope.open(RecordType.META, name, stored),
        any -> true);
  }

  /** The newest record of a state key in the entries after one height and up to another. */
  Found<StateRecord> findState(byte[] key, long after, long upTo) {
    Search<StateRecord> search = stateSearch(key);
    try {
      log.find(
          LogRecord.hash(RecordType.STATE, key),
          (sequence, offset) ->
              sequence > upTo || (sequence > after && search.visit(sequence, offset)));
    } catch (FallbackLogException e) {
      throw LogErrors.translate(e);
    }
    return new Found<>(search.found, search.deleted);
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

  private <M> Found<M> find(
      RecordType type, byte[] key, long height, Function<byte[], M> decoder, Predicate<M> wanted) {
    Search<M> search = new Search<>(type, key, decoder, wanted);
    try {
      log.find(
          LogRecord.hash(type, key),
          (sequence, offset) -> sequence > height && search.visit(sequence, offset));
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
