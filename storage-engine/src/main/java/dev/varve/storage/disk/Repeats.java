package dev.varve.storage.disk;

import com.google.protobuf.ByteString;
import dev.varve.storage.record.AppliedHeight;
import java.nio.file.Path;
import java.util.HexFormat;

/** Compares a block that comes again with the one that was stored, by their markers. */
public final class Repeats {
  private Repeats() {}

  /**
   * Requires both to be the same.
   *
   * @throws IllegalStateException naming the store and both contents
   */
  public static void requireSame(Path folder, AppliedHeight before, AppliedHeight now) {
    if (!before.equals(now)) {
      throw new IllegalStateException(
          String.format(
              "block %d comes again with other content: store %s has block hash %s, app hash %s,"
                  + " checksum %08x; now block hash %s, app hash %s, checksum %08x",
              now.getHeight(),
              folder,
              hex(before.getBlockHash()),
              hex(before.getAppHash()),
              before.getBatchCrc(),
              hex(now.getBlockHash()),
              hex(now.getAppHash()),
              now.getBatchCrc()));
    }
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
