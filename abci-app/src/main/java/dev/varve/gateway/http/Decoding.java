package dev.varve.gateway.http;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.Base64;
import java.util.HexFormat;
import java.util.OptionalLong;

/**
 * Reads values out of clients' texts; each failure is an IllegalArgumentException that says why.
 */
final class Decoding {
  private Decoding() {}

  /** Hex digits without a prefix, an even number of them. */
  static ByteString hex(String digits) {
    if ((digits.length() & 1) != 0) {
      throw new IllegalArgumentException(
          "hex string has an odd number of digits: " + digits.length());
    }
    for (int i = 0; i < digits.length(); i++) {
      if (!HexFormat.isHexDigit(digits.charAt(i))) {
        throw new IllegalArgumentException(
            "\"" + digits.charAt(i) + "\" at position " + i + " is no hex digit");
      }
    }
    return UnsafeByteOperations.unsafeWrap(HexFormat.of().parseHex(digits));
  }

  /** Standard base64 with its padding. */
  static ByteString base64(String text) {
    try {
      // Java also takes it without padding, the node does not.
      if ((text.length() & 3) == 0) {
        return UnsafeByteOperations.unsafeWrap(Base64.getDecoder().decode(text));
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("illegal base64 data: " + e.getMessage(), e);
    }
    throw new IllegalArgumentException(
        "illegal base64 data: its length of " + text.length() + " is no multiple of 4");
  }

  /** A decimal number as JSON has it: no plus, no leading zeros. */
  static OptionalLong integer(String digits) {
    int start = digits.startsWith("-") ? 1 : 0;
    boolean decimal = digits.length() > start;
    for (int i = start; i < digits.length(); i++) {
      decimal &= digits.charAt(i) >= '0' && digits.charAt(i) <= '9';
    }
    if (decimal && (digits.charAt(start) != '0' || digits.length() == start + 1)) {
      try {
        return OptionalLong.of(Long.parseLong(digits));
      } catch (NumberFormatException e) {
        // Too many digits: told below.
      }
    }
    throw new IllegalArgumentException("\"" + digits + "\" is no 64-bit decimal number");
  }
}
