package dev.varve.fallback;

import java.util.Objects;

/**
 * One entry to append: a sequence number, payload bytes, and the keys that stand in them.
 *
 * <p>The payload is {@code length} bytes of {@code payload} from {@code offset} on; it is not
 * copied here and must not change until the append has returned. Errors: {@link
 * IllegalArgumentException} for a sequence below 1; {@link IndexOutOfBoundsException} for a slice
 * outside the array.
 *
 * @param sequence the entry's place in the log, for instance a block height; from 1
 * @param payload the array that holds the payload
 * @param offset where in the array the payload starts
 * @param length the payload's bytes
 * @param keys what {@link FallbackLog#find} will find in this entry
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, not compared
public record LogEntry(long sequence, byte[] payload, int offset, int length, KeyIndex keys) {
  public LogEntry {
    Objects.requireNonNull(keys, "keys");
    Objects.checkFromIndexSize(offset, length, payload.length);
    if (sequence < 1) {
      throw new IllegalArgumentException("sequence " + sequence + " is below 1");
    }
  }

  /** An entry of a whole array without keys. */
  public static LogEntry of(long sequence, byte[] payload) {
    return new LogEntry(sequence, payload, 0, payload.length, new KeyIndex(0));
  }
}
