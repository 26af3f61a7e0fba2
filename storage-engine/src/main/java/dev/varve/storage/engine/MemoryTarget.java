package dev.varve.storage.engine;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.Envelope;
import dev.varve.storage.MemoryStore;
import dev.varve.storage.RecordType;
import java.util.Optional;

/** The memory store as a target. */
final class MemoryTarget implements FillTarget {
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
  public void clear() {
    memory.clear();
  }

  @Override
  public <M extends MessageLite> Optional<M> get(
      RecordType type, byte[] typedKey, Parser<M> parser) {
    return memory.get(typedKey).map(bytes -> Envelope.openTyped(type, typedKey, bytes, parser));
  }
}
