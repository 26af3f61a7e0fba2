package dev.varve.gateway;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestCheckTx;
import dev.varve.abci.types.RequestCommit;
import dev.varve.abci.types.RequestFinalizeBlock;
import dev.varve.abci.types.RequestInitChain;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseFinalizeBlock;
import dev.varve.ledger.InMemoryEngine;
import dev.varve.ledger.Ledger;
import dev.varve.ledger.LedgerConfig;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.record.AppliedHeight;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

/**
 * The application's chain: the real ledger over an engine of maps, which announces a height a
 * moment before reads see it, as the real engine does. For several threads.
 */
final class SimChain implements AutoCloseable {
  /** A transaction in a block. */
  record Inclusion(long height, int index, ByteString tx, int code) {}

  final InMemoryEngine engine = new InMemoryEngine();
  final EngineChain chain;

  /** Run while a block's height is announced and reads do not see it yet. */
  volatile Runnable betweenAnnouncedAndSeen = () -> {};

  final List<Inclusion> inclusions = new ArrayList<>();

  private final Ledger ledger;
  private volatile AppliedHeight announced = AppliedHeight.getDefaultInstance();
  private volatile BlockBatch last;

  SimChain() {
    StorageEngine shared =
        (StorageEngine)
            Proxy.newProxyInstance(
                StorageEngine.class.getClassLoader(),
                new Class<?>[] {StorageEngine.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("applied")) {
                    return announced;
                  }
                  if (method.getName().equals("commit")) {
                    last = (BlockBatch) arguments[0];
                    announced = last.marker();
                    betweenAnnouncedAndSeen.run();
                  }
                  synchronized (engine) {
                    try {
                      return method.invoke(engine, arguments);
                    } catch (InvocationTargetException e) {
                      throw e.getCause();
                    }
                  }
                });
    ledger = new Ledger(shared, new LedgerConfig("test", 0));
    ledger.initChain(RequestInitChain.newBuilder().setChainId("sim").setInitialHeight(1).build());
    chain = new EngineChain(shared, ledger::query, ledger::checkTx);
  }

  long height() {
    return announced.getHeight();
  }

  int check(ByteString tx) {
    return ledger.checkTx(RequestCheckTx.newBuilder().setTx(tx).build()).getCode();
  }

  /** Commits the next block; returns the codes. */
  synchronized List<Integer> block(List<ByteString> txs) {
    long height = height() + 1;
    ResponseFinalizeBlock response =
        ledger.finalizeBlock(
            RequestFinalizeBlock.newBuilder()
                .setHeight(height)
                .setHash(ByteString.copyFrom(new byte[32]))
                .addAllTxs(txs)
                .build());
    ledger.commit(RequestCommit.getDefaultInstance());
    List<Integer> codes =
        response.getTxResultsList().stream().map(result -> result.getCode()).toList();
    for (int i = 0; i < txs.size(); i++) {
      inclusions.add(new Inclusion(height, i, txs.get(i), codes.get(i)));
    }
    chain.committed(last);
    return codes;
  }

  synchronized List<Inclusion> of(ByteString tx) {
    return inclusions.stream().filter(each -> each.tx().equals(tx)).toList();
  }

  /** The batch of the last block. */
  BlockBatch last() {
    return last;
  }

  String value(String key) {
    return ledger
        .query(
            RequestQuery.newBuilder()
                .setPath("/store")
                .setData(ByteString.copyFromUtf8(key))
                .build())
        .getValue()
        .toStringUtf8();
  }

  @Override
  public void close() {
    ledger.close();
  }
}
