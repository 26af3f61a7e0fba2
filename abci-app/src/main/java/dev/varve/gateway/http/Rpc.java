package dev.varve.gateway.http;

import dev.varve.gateway.Uplink;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** The methods of CometBFT's RPC, those that the gateway answers itself and all others. */
final class Rpc {
  static final List<String> BROADCAST_NAMES = List.of("tx");

  private final Broadcasts broadcasts;
  private final Reads reads;
  private final Readers readers;
  private final GatewayMeter meter;

  Rpc(Uplink uplink, Intake intake, GatewayTimeouts timeouts, Readers readers, GatewayMeter meter) {
    this.broadcasts = new Broadcasts(uplink, intake, timeouts, readers);
    this.reads = new Reads(uplink);
    this.readers = readers;
    this.meter = meter;
  }

  /** Whether the gateway answers a method; the node may still be asked for what it leaves. */
  static boolean owns(String method) {
    return names(method) != null;
  }

  /** What a call of a method needs. */
  static Scope scope(String method) {
    return switch (method) {
      case "broadcast_tx_async", "broadcast_tx_sync", "broadcast_tx_commit", "broadcast_evidence" ->
          Scope.WRITE;
      case "dial_seeds", "dial_peers", "unsafe_flush_mempool" -> Scope.ADMIN;
      default -> Scope.READ;
    };
  }

  /** How long an answer waits, or null for a method that sends nothing. */
  static Broadcasts.Mode mode(String method) {
    return switch (method) {
      case "broadcast_tx_async" -> Broadcasts.Mode.ASYNC;
      case "broadcast_tx_sync" -> Broadcasts.Mode.SYNC;
      case "broadcast_tx_commit" -> Broadcasts.Mode.COMMIT;
      default -> null;
    };
  }

  private static List<String> names(String method) {
    return switch (method) {
      case "broadcast_tx_async", "broadcast_tx_sync", "broadcast_tx_commit" -> BROADCAST_NAMES;
      case "abci_query" -> Reads.QUERY_NAMES;
      case "tx" -> Reads.TX_NAMES;
      case "tx_search" -> TxSearch.NAMES;
      case "block_results" -> Reads.BLOCK_RESULTS_NAMES;
      default -> null;
    };
  }

  /**
   * Answers a call of a method that the gateway {@link #owns}; never completes exceptionally.
   *
   * @param arguments reads them, for the names in their order
   */
  CompletableFuture<RpcReply> call(
      String method, Function<List<String>, Arguments> arguments, Caller caller) {
    try {
      require(caller, method);
      Arguments read = arguments.apply(names(method));
      Broadcasts.Mode mode = mode(method);
      if (mode != null) {
        return broadcasts.send(new Broadcasts.Call(mode, read.bytes("tx")));
      }
      long begin = System.nanoTime();
      return readers
          .call(() -> reads.read(method, read, caller.chainFirst()))
          .thenApply(reply -> measured(reply, begin))
          .exceptionally(failure -> new RpcReply.Failure(Failures.toRpc(failure)));
    } catch (RpcException e) {
      return CompletableFuture.completedFuture(new RpcReply.Failure(e));
    }
  }

  private RpcReply measured(RpcReply reply, long begin) {
    if (reply instanceof RpcReply.Result result) {
      meter.read(result.source(), System.nanoTime() - begin);
    }
    return reply;
  }

  /** Sends transactions that a batch has one behind the other. */
  List<CompletableFuture<RpcReply>> sendAll(List<Broadcasts.Call> calls) {
    return broadcasts.sendAll(calls);
  }

  /**
   * Refuses what a caller may not do.
   *
   * @throws RpcException saying which scope lacks
   */
  static void require(Caller caller, String method) {
    Scope scope = scope(method);
    if (!caller.may(scope)) {
      throw RpcException.forbidden(
          method + " needs a token with scope " + scope.word() + ", this one has another");
    }
  }
}
