package dev.varve.gateway.http;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.gateway.Chain;
import dev.varve.gateway.Source;
import dev.varve.gateway.Uplink;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** {@code abci_query}, {@code tx}, {@code tx_search} and {@code block_results}; each may block. */
final class Reads {
  static final List<String> QUERY_NAMES = List.of("path", "data", "height", "prove");
  static final List<String> TX_NAMES = List.of("hash", "prove");
  static final List<String> BLOCK_RESULTS_NAMES = List.of("height");

  private final Uplink uplink;
  private final Transactions transactions;
  private final TxSearch search;

  Reads(Uplink uplink) {
    this.uplink = uplink;
    this.transactions = new Transactions(uplink);
    this.search = new TxSearch(uplink, transactions);
  }

  /**
   * Answers a call; never throws.
   *
   * @param method one of the four
   */
  RpcReply read(String method, Arguments arguments, boolean chainFirst) {
    Supplier<RpcReply> read =
        switch (method) {
          case "abci_query" -> () -> query(arguments, chainFirst);
          case "tx" -> () -> tx(arguments, chainFirst);
          case "tx_search" -> () -> search.search(arguments, chainFirst);
          case "block_results" -> () -> blockResults(arguments);
          default -> throw new IllegalArgumentException("no read: " + method);
        };
    try {
      return read.get();
    } catch (StorageException.Pruned e) {
      // The node may keep it longer.
      return new RpcReply.PassOn();
    } catch (RuntimeException e) {
      return new RpcReply.Failure(Failures.toRpc(e));
    }
  }

  private RpcReply query(Arguments arguments, boolean chainFirst) {
    RequestQuery request =
        RequestQuery.newBuilder()
            .setPath(arguments.text("path"))
            .setData(arguments.hexBytes("data"))
            .setHeight(arguments.integer("height").orElse(0))
            .setProve(arguments.flag("prove"))
            .build();
    ResponseQuery response = uplink.query(request, chainFirst);
    boolean pending = response.getInfo().equals(Source.PENDING.word());
    long height = response.getHeight() > 0 ? response.getHeight() : uplink.chain().height();
    return new RpcReply.Result(
        json -> Shapes.query(json, response), pending ? Source.PENDING : Source.COMMITTED, height);
  }

  private RpcReply tx(Arguments arguments, boolean chainFirst) {
    ByteString hash = arguments.bytes("hash");
    boolean prove = arguments.flag("prove");
    if (!chainFirst) {
      Optional<FoundTx> pending = transactions.pending(hash);
      if (pending.isPresent()) {
        return found(pending.get());
      }
    }
    boolean records = uplink.chain().hasRecords();
    if (!records && !chainFirst) {
      return new RpcReply.PassOn();
    }
    Optional<TxLocation> at = transactions.locate(hash);
    if (at.isPresent() && records) {
      return transactions
          .committed(at.get().getHeight(), at.get().getIndex(), prove)
          .<RpcReply>map(this::found)
          .orElseGet(RpcReply.PassOn::new);
    }
    if (at.isEmpty() && chainFirst) {
      Optional<FoundTx> pending = transactions.pending(hash);
      if (pending.isPresent()) {
        return found(pending.get());
      }
    }
    return records
        ? new RpcReply.Failure(RpcException.internal("tx (" + Json.hex(hash) + ") not found"))
        : new RpcReply.PassOn();
  }

  private RpcReply found(FoundTx tx) {
    return tx.height() > 0
        ? new RpcReply.Result(json -> Shapes.transaction(json, tx), Source.COMMITTED, tx.height())
        : new RpcReply.Result(
            json -> Shapes.transaction(json, tx), Source.PENDING, uplink.followed());
  }

  private RpcReply blockResults(Arguments arguments) {
    OptionalLong asked = arguments.integer("height");
    Chain chain = uplink.chain();
    if (!chain.hasRecords()) {
      return new RpcReply.PassOn();
    }
    long height = asked.orElseGet(chain::height);
    if (height < 1) {
      throw RpcException.internal("height must be greater than 0, but got " + height);
    }
    Optional<BlockRecord> block = height > chain.height() ? Optional.empty() : chain.block(height);
    if (block.isEmpty()) {
      return new RpcReply.PassOn();
    }
    int count = block.get().getTxCount();
    List<TxResult> results = new ArrayList<>(count);
    List<TxLog> logs = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Optional<TxResult> result = chain.result(height, i);
      Optional<TxLog> log = chain.log(height, i);
      if (result.isEmpty() || log.isEmpty()) {
        return new RpcReply.PassOn();
      }
      results.add(result.get());
      logs.add(log.get());
    }
    return new RpcReply.Result(
        json -> Shapes.blockResults(json, block.get(), results, logs), Source.COMMITTED, height);
  }
}
