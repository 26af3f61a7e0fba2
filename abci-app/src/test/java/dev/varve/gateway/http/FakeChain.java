package dev.varve.gateway.http;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseCheckTx;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.gateway.Chain;
import dev.varve.storage.record.Attribute;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.Event;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A chain of {@code key=value} transactions in memory, each of which succeeds. */
final class FakeChain implements Chain {
  private final List<List<ByteString>> blocks = new ArrayList<>();
  private final Map<String, String> state = new HashMap<>();
  private volatile boolean records = true;

  void hasNoRecords() {
    records = false;
  }

  synchronized long commit(List<ByteString> txs) {
    blocks.add(List.copyOf(txs));
    for (ByteString tx : txs) {
      String text = tx.toStringUtf8();
      int equals = text.indexOf('=');
      state.put(text.substring(0, equals), text.substring(equals + 1));
    }
    return blocks.size();
  }

  synchronized Optional<String> state(String key) {
    return Optional.ofNullable(state.get(key));
  }

  @Override
  public synchronized long height() {
    return blocks.size();
  }

  @Override
  public long await(long height) {
    return height();
  }

  @Override
  public synchronized Optional<List<Included>> included(long height) {
    return block(height)
        .map(
            block ->
                blocks.get((int) height - 1).stream()
                    .map(tx -> new Included(Sha256.hash(tx), 0))
                    .toList());
  }

  @Override
  public ResponseQuery query(RequestQuery request) {
    throw new UnsupportedOperationException("the server asks the uplink");
  }

  @Override
  public ResponseCheckTx check(ByteString tx) {
    return ResponseCheckTx.getDefaultInstance();
  }

  @Override
  public synchronized Optional<TxLocation> locate(ByteString hash) {
    for (int height = blocks.size(); height > 0; height--) {
      List<ByteString> txs = blocks.get(height - 1);
      for (int i = 0; i < txs.size(); i++) {
        if (Sha256.hash(txs.get(i)).equals(hash)) {
          return Optional.of(
              TxLocation.newBuilder().setHeight(height).setIndex(i).setSuccess(true).build());
        }
      }
    }
    return Optional.empty();
  }

  @Override
  public boolean hasRecords() {
    return records;
  }

  @Override
  public synchronized Optional<BlockRecord> block(long height) {
    if (!records) {
      throw new UnsupportedOperationException("no records");
    }
    if (height < 1 || height > blocks.size()) {
      return Optional.empty();
    }
    return Optional.of(
        BlockRecord.newBuilder()
            .setHeight(height)
            .setTxCount(blocks.get((int) height - 1).size())
            .setAppHash(ByteString.copyFromUtf8("app" + height))
            .build());
  }

  @Override
  public synchronized Optional<ByteString> transaction(long height, int index) {
    return block(height).map(block -> blocks.get((int) height - 1).get(index));
  }

  @Override
  public Optional<TxResult> result(long height, int index) {
    return block(height).map(block -> TxResult.newBuilder().setGasWanted(1).setGasUsed(1).build());
  }

  @Override
  public Optional<TxLog> log(long height, int index) {
    return transaction(height, index)
        .map(
            tx ->
                TxLog.newBuilder()
                    .addEvents(
                        Event.newBuilder()
                            .setType("varve.write")
                            .addAttributes(
                                Attribute.newBuilder()
                                    .setKey("key")
                                    .setValue(tx.toStringUtf8().split("=", 2)[0])
                                    .setIndex(true)))
                    .build());
  }
}
