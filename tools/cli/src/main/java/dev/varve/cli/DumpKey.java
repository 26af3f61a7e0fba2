package dev.varve.cli;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The KEY of {@code varve dump}, as each kind of record reads it.
 *
 * @param kind as it was typed, for messages
 * @param text as it was typed
 */
record DumpKey(String kind, String text) {
  // What the ledger puts in front of its keys, see package dev.varve.ledger.
  private static final byte USER = 0;
  private static final byte ACCEPTED = 1;
  private static final int HASH_BYTES = 32;
  private static final Pattern HEIGHT = Pattern.compile("\\d{1,18}");
  private static final Pattern PLACE = Pattern.compile("(\\d{1,18}):(\\d{1,9})");

  /** A transaction's place in the chain. */
  record Place(long height, int index) {}

  long height() {
    if (!HEIGHT.matcher(text).matches()) {
      throw CliException.usage(kind + " " + text + ": must be a height, a whole number");
    }
    return Long.parseLong(text);
  }

  /** The place, where it is one and no hash. */
  Optional<Place> place() {
    Matcher parts = PLACE.matcher(text);
    return parts.matches()
        ? Optional.of(new Place(Long.parseLong(parts.group(1)), Integer.parseInt(parts.group(2))))
        : Optional.empty();
  }

  ByteString hash() {
    return hash(text, " or HEIGHT:INDEX");
  }

  private ByteString hash(String hash, String other) {
    String digits = hash.replaceFirst("^0x", "");
    if (!digits.matches("[0-9a-fA-F]{" + 2 * HASH_BYTES + "}")) {
      throw CliException.usage(
          "hash "
              + hash
              + ": must be "
              + 2 * HASH_BYTES
              + " hex digits, the transaction's SHA-256"
              + other);
    }
    return ByteString.copyFrom(HexFormat.of().parseHex(digits));
  }

  /** The key of the state that a user's key is. */
  ByteString stateKey() {
    ByteString prefix = ByteString.copyFrom(new byte[] {USER});
    if (!text.startsWith("0x")) {
      return prefix.concat(ByteString.copyFromUtf8(text));
    }
    try {
      return prefix.concat(ByteString.copyFrom(HexFormat.of().parseHex(text.substring(2))));
    } catch (IllegalArgumentException e) {
      throw CliException.usage(
          kind + " " + text + ": must be an even count of hex digits after 0x");
    }
  }

  /** The key of the state under which an envelope's acceptance lies. */
  ByteString acceptedKey() {
    String[] parts = text.split(":", -1);
    if (parts.length != 2 || !HEIGHT.matcher(parts[0]).matches()) {
      throw CliException.usage(
          kind + " " + text + ": must be HEIGHT:HASH, the envelope's valid_until_height first");
    }
    ByteBuffer key = ByteBuffer.allocate(1 + Long.BYTES);
    key.put(ACCEPTED).putLong(Long.parseLong(parts[0])).flip();
    return ByteString.copyFrom(key).concat(hash(parts[1], ""));
  }
}
