package dev.varve.storage.disk.copy;

import com.google.protobuf.ByteString;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.CopyState;
import java.util.List;
import java.util.Optional;

/**
 * All records of a store, in the form that all stores share; what is shown and in which order, the
 * package description says.
 *
 * <p>Errors: {@link dev.varve.storage.StorageException}. Threads: one at a time; nobody else writes
 * to the store meanwhile.
 */
public interface RecordStore {
  /** Stores of one kind give equal blocks equal {@code batch_crc}. */
  String kind();

  /** What it is and where, for messages. */
  String name();

  /** The last height held whole. */
  AppliedHeight applied();

  /**
   * Requires that all of it ends with the same block, and has {@link #applied} tell it anew.
   *
   * @throws dev.varve.storage.StorageException.Unavailable where that is not so now
   */
  default void requireWhole() {}

  /** The lowest height of which chain records are there to be shown. */
  long chainFirst();

  /** The lowest height as of which the state can be read, -1 where that is the last one alone. */
  long historyFirst();

  /**
   * Shows units of a section in the order of their keys, from a key on, each record verified.
   *
   * @throws dev.varve.storage.StorageException.Corruption naming what is damaged or missing
   */
  void scan(Section section, ByteString from, Visitor visitor);

  /** A named value, {@link StoreCopy#NAME} too. */
  Optional<ByteString> meta(String name);

  /** Whether there is no record at all. */
  boolean isEmpty();

  /** Takes a unit; durable with the next {@link #commit}. Units of a section come in order. */
  void put(Section section, List<CopyRecord> unit);

  /**
   * Makes all units since the last call durable, and then, or with them, how far the copy is; an
   * empty one takes that record away.
   */
  void commit(Optional<CopyState> state);

  /** Receives a unit. */
  @FunctionalInterface
  interface Visitor {
    void visit(List<CopyRecord> unit);
  }
}
