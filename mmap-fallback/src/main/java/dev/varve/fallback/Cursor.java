package dev.varve.fallback;

import dev.varve.fallback.io.FileIo;
import dev.varve.fallback.io.MappedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The drain cursor: two slots on two pages, written in turn; the valid one of the higher generation
 * counts.
 *
 * <p>Forward it moves without a force: an older value drains entries again. Backward it writes and
 * forces both slots, because a value too high would pass over entries that were never drained.
 *
 * <p>Threads: one writer under the log's lock; {@link #value} any.
 */
final class Cursor implements AutoCloseable {
  static final String NAME = "cursor";
  static final int BYTES = 8192;
  private static final int SLOT_BYTES = 32;
  private static final int MAGIC = 0x52554356; // "VCUR"
  private static final int[] SLOTS = {0, LogConfig.PAGE_BYTES};

  private final MappedFile file;
  private final boolean forced;
  private long generation;
  private int nextSlot;
  private volatile long value;
  private long voidFrom;
  private final Optional<Damage> damage;

  private Cursor(MappedFile file, boolean forced, State state) {
    this.file = file;
    this.forced = forced;
    this.generation = state.generation;
    this.nextSlot = state.slot == 0 ? 1 : 0;
    this.value = state.value;
    this.voidFrom = state.voidFrom;
    this.damage = damage(file.file(), state);
  }

  /**
   * What a cursor file says.
   *
   * @param value the last sequence drained, 0 when unknown
   * @param voidFrom while a truncation is under way the first sequence it removes, else 0
   * @param generation counts the writes
   * @param slot the slot it was read from, -1 for none
   * @param damagedAt offset of a slot that is neither blank nor valid, -1 when there is none
   */
  record State(long value, long voidFrom, long generation, int slot, int damagedAt) {}

  static Cursor open(Path folder, FileIo files, boolean forced) throws IOException {
    Path path = folder.resolve(NAME);
    if (Files.exists(path) && Files.size(path) != BYTES) {
      files.delete(path);
    }
    MappedFile file =
        Files.exists(path) ? files.map(path, true) : files.create(path, BYTES, forced);
    return new Cursor(file, forced, decode(file.bytes()));
  }

  /** What is wrong with the file, if anything is. */
  static Optional<Damage> damage(Path path, State state) {
    return state.damagedAt < 0
        ? Optional.empty()
        : Optional.of(
            new Damage(
                path,
                state.damagedAt,
                Damage.Kind.REBUILT,
                "a slot of the cursor does not match its checksum: entries after "
                    + state.value
                    + " drain again"));
  }

  static State decode(ByteBuffer bytes) {
    State best = new State(0, 0, 0, -1, -1);
    int damagedAt = -1;
    for (int i = 0; i < SLOTS.length; i++) {
      int at = SLOTS[i];
      if (valid(bytes, at)) {
        long generation = bytes.getLong(at + 8);
        if (best.slot < 0 || generation > best.generation) {
          best = new State(bytes.getLong(at + 16), bytes.getLong(at + 24), generation, i, -1);
        }
      } else if (!Zeros.only(bytes, at, at + SLOT_BYTES)) {
        damagedAt = at;
      }
    }
    return new State(best.value, best.voidFrom, best.generation, best.slot, damagedAt);
  }

  private static boolean valid(ByteBuffer bytes, int at) {
    return bytes.getInt(at) == MAGIC
        && bytes.getInt(at + 4) == Checksums.of(bytes, at + 8, SLOT_BYTES - 8)
        && bytes.getLong(at + 16) >= 0
        && bytes.getLong(at + 24) >= 0;
  }

  /** What the file says. */
  State state() {
    return decode(file.bytes());
  }

  /** What was wrong with the file when it was opened. */
  Optional<Damage> damage() {
    return damage;
  }

  long value() {
    return value;
  }

  /** Moves it on, at once for this process, sooner or later on disk. */
  void advance(long sequence) {
    put(sequence, voidFrom);
    value = sequence;
  }

  /** Makes the present value durable; written anew, lest a failed force before has dropped it. */
  void force() throws IOException {
    put(value, voidFrom);
    forceFile();
  }

  private void forceFile() throws IOException {
    if (forced) {
      file.force(0, BYTES);
    }
  }

  /** While a truncation is under way the first sequence it removes, else 0. */
  long voidFrom() {
    return voidFrom;
  }

  /** Sets the cursor, durably. */
  void set(long sequence) throws IOException {
    set(sequence, voidFrom);
  }

  /** Sets the cursor and the mark of a truncation under way, durably. */
  void set(long sequence, long voidFromSequence) throws IOException {
    // A mark counts from before it is on disk until it is known to be off it.
    voidFrom = voidFromSequence == 0 ? voidFrom : voidFromSequence;
    put(sequence, voidFromSequence);
    forceFile();
    put(sequence, voidFromSequence);
    forceFile();
    voidFrom = voidFromSequence;
    value = sequence; // last: after a failed force the next call tries again
  }

  private void put(long sequence, long voidFromSequence) {
    ByteBuffer bytes = file.bytes();
    int at = SLOTS[nextSlot];
    generation++;
    bytes.putInt(at, MAGIC);
    bytes.putLong(at + 8, generation);
    bytes.putLong(at + 16, sequence);
    bytes.putLong(at + 24, voidFromSequence);
    bytes.putInt(at + 4, Checksums.of(bytes, at + 8, SLOT_BYTES - 8));
    nextSlot = 1 - nextSlot;
  }

  @Override
  public void close() {
    file.close();
  }
}
