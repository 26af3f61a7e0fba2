package dev.varve.storage.disk;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.varve.storage.Envelope;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Reads a store's records by type and key. Threads: any. */
public interface RecordReader {
  /** The record under a key, verified. */
  <M extends MessageLite> Optional<M> find(RecordType type, byte[] key, Parser<M> parser);

  /** What is stored under each of some keys that are in byte order, or null; not verified. */
  List<byte[]> values(RecordType type, List<byte[]> keys);

  /**
   * The first entry at or after a key, not verified; where the store keeps other types in the same
   * order it may be one of those.
   */
  Optional<StoredEntry> first(RecordType type, byte[] from);

  /** Shows entries of a type in the order of their keys, from one on, not verified. */
  void scan(RecordType type, byte[] from, EntryVisitor visitor);

  /** Verifies one entry; {@code type} is empty where its key tells none. */
  static void verify(
      Optional<RecordType> type, StoredEntry entry, Consumer<StorageException.Corruption> damaged) {
    try {
      Envelope.open(type.orElseThrow(() -> unknown(entry.key())), entry.key(), entry.value());
    } catch (StorageException.Corruption e) {
      damaged.accept(e);
    }
  }

  private static StorageException.Corruption unknown(byte[] key) {
    return new StorageException.Corruption(
        "key " + HexFormat.of().formatHex(key) + " is of no known record type", null);
  }

  /** Receives an entry; returns whether to go on. */
  @FunctionalInterface
  interface EntryVisitor {
    boolean visit(StoredEntry entry);
  }

  /** A key without any type in front of it, and its value in the envelope. */
  final class StoredEntry {
    private final byte[] key;
    private final byte[] value;

    /** Arrays are taken over, not copied. */
    public StoredEntry(byte[] key, byte[] value) {
      this.key = key;
      this.value = value;
    }

    public byte[] key() {
      return key;
    }

    public byte[] value() {
      return value;
    }
  }
}
