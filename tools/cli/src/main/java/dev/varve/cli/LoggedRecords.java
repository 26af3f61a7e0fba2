package dev.varve.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.varve.node.StoredLog;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StateWrite;
import dev.varve.storage.engine.LoggedBlocks;
import dev.varve.storage.record.DeletionRecord;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TxLocation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds records among the blocks of a fallback log; where several blocks have one, the last. */
final class LoggedRecords {
  private final StoredLog log;
  private final long after;

  /** Looks at blocks above height {@code after} only. */
  LoggedRecords(StoredLog log, long after) {
    this.log = log;
    this.after = after;
  }

  /** A transaction's place, and what was asked for of it. */
  record Located(
      TxLocation location, ByteString hash, ByteString tx, Message result, Message events) {}

  /** The whole entry of a block, with where it stands. */
  Optional<ObjectNode> entry(long height) {
    return last((batch, file, at) -> batch.height() == height ? entry(batch, file, at) : null);
  }

  Optional<ObjectNode> block(long height) {
    return last((batch, file, at) -> batch.height() == height ? ProtoJson.of(batch.block()) : null);
  }

  Optional<StateWrite> state(ByteString key) {
    return last(
        (batch, file, at) ->
            batch.stateWrites().stream()
                .filter(write -> write.key().equals(key))
                .findFirst()
                .orElse(null));
  }

  Optional<DeletionRecord> deletion(ByteString key) {
    return last(
        (batch, file, at) ->
            batch.stateWrites().stream()
                .filter(write -> write.isDelete() && write.key().equals(key))
                .findFirst()
                .map(write -> DeletionRecord.newBuilder().setHeight(batch.height()).build())
                .orElse(null));
  }

  Optional<ByteString> commitment(long height) {
    return last((batch, file, at) -> batch.height() == height ? batch.commitment() : null);
  }

  Optional<ByteString> meta(String name) {
    return last((batch, file, at) -> batch.meta().get(name));
  }

  Optional<ObjectNode> applied() {
    return last((batch, file, at) -> ProtoJson.of(batch.marker()));
  }

  /** The last inclusion that succeeded, else the last one. */
  Optional<Located> transaction(ByteString hash) {
    Located[] found = new Located[1];
    visit(
        (batch, file, offset) -> {
          for (int i = 0; i < batch.txHashes().size(); i++) {
            boolean success = batch.results().get(i).getCode() == 0;
            boolean counts = success || found[0] == null || !found[0].location().getSuccess();
            if (counts && batch.txHashes().get(i).equals(hash)) {
              found[0] = located(batch, i, success);
            }
          }
        });
    return Optional.ofNullable(found[0]);
  }

  /** What is at a place. */
  Optional<Located> transaction(DumpKey.Place place) {
    return last(
        (batch, file, offset) ->
            batch.height() == place.height() && place.index() < batch.txs().size()
                ? located(batch, place.index(), batch.results().get(place.index()).getCode() == 0)
                : null);
  }

  private static Located located(BlockBatch batch, int index, boolean success) {
    TxLocation location =
        TxLocation.newBuilder()
            .setHeight(batch.height())
            .setIndex(index)
            .setSuccess(success)
            .build();
    return new Located(
        location,
        batch.txHashes().get(index),
        batch.txs().get(index),
        batch.results().get(index),
        batch.logs().get(index));
  }

  private static ObjectNode entry(BlockBatch batch, Path file, long offset) {
    ObjectNode node = Json.of().put("file", file.toString()).put("offset", offset);
    node.put("height", batch.height());
    node.set("block", ProtoJson.of(batch.block()));
    ArrayNode txs = node.putArray("transactions");
    for (int i = 0; i < batch.txs().size(); i++) {
      ObjectNode tx = txs.addObject().put("hash", ProtoJson.hex(batch.txHashes().get(i)));
      tx.put("tx", ProtoJson.hex(batch.txs().get(i)));
      tx.set("result", ProtoJson.of(batch.results().get(i)));
      tx.set("log", ProtoJson.of(batch.logs().get(i)));
    }
    ArrayNode writes = node.putArray("state");
    for (StateWrite write : batch.stateWrites()) {
      ObjectNode one = writes.addObject().put("key", ProtoJson.hex(write.key()));
      one.put("deleted", write.isDelete());
      if (!write.isDelete()) {
        one.set("record", ProtoJson.of(record(write)));
      }
    }
    node.put("commitment_bytes", batch.commitment().size());
    node.put("commitment_floor", batch.commitmentFloor());
    ObjectNode meta = node.putObject("meta");
    batch.meta().forEach((name, value) -> meta.put(name, ProtoJson.hex(value)));
    return node;
  }

  static StateRecord record(StateWrite write) {
    return StateRecord.newBuilder().setHeight(write.height()).setValue(write.value()).build();
  }

  private <T> Optional<T> last(Finder<T> finder) {
    List<T> found = new ArrayList<>(1);
    visit(
        (batch, file, offset) -> {
          T next = finder.find(batch, file, offset);
          if (next != null) {
            found.clear();
            found.add(next);
          }
        });
    return found.stream().findFirst();
  }

  private void visit(LoggedBlocks.Visitor visitor) {
    log.visit(
        (batch, file, offset) -> {
          if (batch.height() > after) {
            visitor.block(batch, file, offset);
          }
        });
  }

  /** What a block has of what is sought; null for nothing. */
  private interface Finder<T> {
    T find(BlockBatch batch, Path file, long offset);
  }
}
