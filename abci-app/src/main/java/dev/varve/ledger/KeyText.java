package dev.varve.ledger;

import com.google.protobuf.ByteString;
import java.util.HexFormat;

/** A key as events and messages show it: the text itself, or {@code 0x} and hex digits. */
final class KeyText {
  private KeyText() {}

  static ByteString of(ByteString key) {
    return key.isValidUtf8()
        ? key
        : ByteString.copyFromUtf8("0x" + HexFormat.of().formatHex(key.toByteArray()));
  }
}
