package dev.varve.storage.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.varve.fallback.FallbackLog;
import dev.varve.fallback.FallbackLogException;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.RecordType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory store's log as a target: opened when it is needed, never forced, never the only copy.
 * What it cannot take it drops, with all that came before, and goes on from there.
 */
final class BridgeTarget implements FillTarget {
  private static final Logger LOG = LoggerFactory.getLogger(BridgeTarget.class);

  private final Supplier<FallbackLog> source;
  private final BatchCodec codec = new BatchCodec();
  private volatile FallbackLog log;

  /** Opens the log when it is cleared for the first time. */
  BridgeTarget(Supplier<FallbackLog> source) {
    this.source = source;
  }

  @Override
  public void fill(BlockBatch batch) {
    if (log.lastSequence() != 0 && log.lastSequence() + 1 != batch.height()) {
      clear();
    }
    try {
      log.append(codec.encode(batch));
    } catch (FallbackLogException e) {
      LOG.warn(
          "the memory store's log does not take block {} ({}): what it holds is dropped",
          batch.height(),
          e.getMessage());
      clear();
    }
  }

  /** Forgets everything: the log has no gaps. */
  @Override
  public void passOver(List<ByteString> keys) {
    clear();
  }

  @Override
  public void clear() {
    if (log == null) {
      log = source.get();
    }
    log.truncateAfter(0);
  }

  @Override
  public <M extends MessageLite> Optional<M> get(
      RecordType type, byte[] typedKey, Parser<M> parser) {
    byte[] key = Arrays.copyOfRange(typedKey, 1, typedKey.length);
    return new LogReader(log).find(type, key, 0, Long.MAX_VALUE, parser, any -> true).asOptional();
  }

  /** Gives what it holds to another target, oldest first, and forgets it. */
  void moveTo(FillTarget other) {
    if (log == null) {
      return;
    }
    for (long at = log.firstSequence(); at != 0 && at <= log.lastSequence(); at++) {
      log.read(at).map(BatchDecoder::decode).ifPresent(other::fill);
    }
    clear();
  }

  long bytes() {
    FallbackLog now = log;
    return now == null ? 0 : now.stats().fileBytes();
  }

  void close() {
    if (log != null) {
      log.close();
    }
  }
}
