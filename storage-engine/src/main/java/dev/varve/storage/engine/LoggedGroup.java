package dev.varve.storage.engine;

import dev.varve.fallback.FallbackLog;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StorageException;
import java.util.ArrayList;
import java.util.List;

/** Blocks read back from the log, as many as one write to the disk store takes. */
final class LoggedGroup {
  private LoggedGroup() {}

  /** The blocks from a height on; the one that passes {@code maxBytes} is the last. */
  static List<BlockBatch> read(FallbackLog log, long from, int maxBlocks, long maxBytes) {
    List<BlockBatch> group = new ArrayList<>();
    long last = log.lastSequence();
    long bytes = 0;
    for (long next = from; next <= last && group.size() < maxBlocks && bytes < maxBytes; next++) {
      long height = next;
      byte[] payload =
          log.read(next)
              .orElseThrow(
                  () ->
                      new StorageException.Corruption(
                          "the fallback log has no block " + height, null));
      group.add(BatchDecoder.decode(payload));
      bytes += payload.length;
    }
    return group;
  }
}
