package dev.varve.gateway.http;

import com.google.protobuf.ByteString;
import java.util.OptionalLong;

/**
 * A call's arguments, in the node's grammar; an absent one has its type's zero.
 *
 * <p>Errors: {@link RpcException} that names the argument.
 */
interface Arguments {
  /** Bytes: base64 in JSON, hex digits behind {@code 0x} or a quoted text in a URI. */
  ByteString bytes(String name);

  /** Bytes: hex digits in JSON, hex digits behind {@code 0x} or a quoted text in a URI. */
  ByteString hexBytes(String name);

  String text(String name);

  /** A 64-bit integer, which JSON has as a string. */
  OptionalLong integer(String name);

  boolean flag(String name);
}
