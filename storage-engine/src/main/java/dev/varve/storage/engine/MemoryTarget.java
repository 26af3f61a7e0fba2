package dev.varve.storage.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.Envelope;
import dev.varve.storage.Keys;
import dev.varve.storage.MemoryStore;
import dev.varve.storage.RecordType;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The memory store as a target. */
final class MemoryTarget implements FillTarget {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryTarget.class);

  private final MemoryStore memory;
  private final MemoryWriter writer;

  MemoryTarget(MemoryStore memory) {
    this.memory = memory;
    this.writer = new MemoryWriter(memory);
  }

  MemoryWriter writer() {
    return writer;
  }

  MemoryStore store() {
    return memory;
  }

  @Override
  public void fill(BlockBatch batch) {
    writer.fill(batch);
  }

  @Override
  public void passOver(List<ByteString> keys) {
    for (ByteString key : keys) {
      memory.remove(Keys.typed(RecordType.STATE, key));
    }
  }

  @Override
  public void clear() {
    memory.clear();
  }

  @Override
  public <M extends MessageLite> Optional<M> get(
      RecordType type, byte[] typedKey, Parser<M> parser) {
    return memory.get(typedKey).map(bytes -> Envelope.openTyped(type, typedKey, bytes, parser));
  }

  /** Closes the store; one that cannot be closed must keep nobody from going on without it. */
  void letGo() {
    try {
      memory.close();
    } catch (RuntimeException | Error e) {
      LOG.warn("a memory store that is not used any more cannot be closed", e);
    }
  }
}
