package dev.varve.gateway;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseCheckTx;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.ledger.Transactions;
import dev.varve.ledger.TxContent;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The chain of a node that is asked over the network, for a gateway that stands alone; the
 * application behind the node must be Varve.
 *
 * <p>The height is the application's: the node's own is ahead of what can be read. Errors: {@link
 * UplinkException.Unavailable}. Threads: any.
 */
public final class NodeChain implements Chain, AutoCloseable {
  private static final String APPLICATION = "varve";
  private static final int NOT_FOUND = 2;
  private static final int PRUNED = 3;
  private static final long POLL_MILLIS = 100;
  private static final int POLLS = 10;
  private static final long FLOOR_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final ResponseCheckTx FIT = ResponseCheckTx.getDefaultInstance();

  private final NodeRpc rpc;
  private final SharedCall height = new SharedCall(this::askHeight);
  private final SharedCall floor = new SharedCall(this::askFloor);
  private final AtomicLong lastFloor = new AtomicLong();
  private volatile long floorNanos = System.nanoTime() - FLOOR_NANOS;

  /**
   * Asks nothing yet.
   *
   * @param rpc {@code http://HOST:PORT}
   * @param limit how long an answer may take
   */
  public NodeChain(URI rpc, Duration limit) {
    this.rpc = new NodeRpc(rpc, limit);
  }

  @Override
  public long height() {
    return height.get();
  }

  /** The name of the node's chain, which the node is asked for. */
  public String chainId() {
    try {
      String name = RpcJson.text(call("status", "{}"), "node_info", "network");
      if (name.isEmpty()) {
        throw new IOException("no name of a chain in it");
      }
      return name;
    } catch (IOException e) {
      throw rpc.unavailable("status", e);
    }
  }

  private long askHeight() {
    try {
      Object info = RpcJson.at(call("abci_info", "{}"), "response");
      String name = RpcJson.text(info, "data");
      if (!name.equals(APPLICATION)) {
        throw new UplinkException.Unavailable(
            "the application of the node at "
                + rpc.endpoint()
                + " is \""
                + name
                + "\", it must be \""
                + APPLICATION
                + "\"",
            null);
      }
      return RpcJson.number(info, "last_block_height");
    } catch (IOException e) {
      throw rpc.unavailable("abci_info", e);
    }
  }

  @Override
  public long await(long height) throws InterruptedException {
    long now = height();
    for (int i = 0; i < POLLS && now <= height; i++) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      now = height();
    }
    return now;
  }

  /** Asked for anew every few seconds: the node drops blocks slowly. */
  @Override
  public long floor() {
    long now = System.nanoTime();
    if (now - floorNanos >= FLOOR_NANOS) {
      lastFloor.set(floor.get());
      floorNanos = now;
    }
    return lastFloor.get();
  }

  private long askFloor() {
    try {
      return RpcJson.number(call("status", "{}"), "sync_info", "earliest_block_height");
    } catch (IOException e) {
      throw rpc.unavailable("status", e);
    }
  }

  @Override
  public Optional<List<Included>> included(long height) {
    String params = "{\"height\":\"" + height + "\"}";
    try {
      List<?> txs = RpcJson.list(rpc.call("block", params), "block", "data", "txs");
      if (txs.isEmpty()) {
        return Optional.of(List.of());
      }
      List<?> results = RpcJson.list(rpc.call("block_results", params), "txs_results");
      if (results.size() != txs.size()) {
        throw new IOException(
            "block "
                + height
                + " has "
                + txs.size()
                + " transactions, "
                + results.size()
                + " results");
      }
      List<Included> all = new ArrayList<>(txs.size());
      for (int i = 0; i < txs.size(); i++) {
        ByteString tx = bytes(txs.get(i));
        all.add(new Included(Transactions.hash(tx), (int) RpcJson.number(results.get(i), "code")));
      }
      return Optional.of(all);
    } catch (NodeRpc.Refusal e) {
      if (e.getMessage().contains("is not available, lowest height is")) {
        return Optional.empty();
      }
      throw new UplinkException.Unavailable(
          "the node at " + rpc.endpoint() + " refuses block " + height + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw rpc.unavailable("block", e);
    }
  }

  @Override
  public ResponseQuery query(RequestQuery request) {
    String params =
        "{\"path\":"
            + quoted(request.getPath())
            + ",\"data\":\""
            + hex(request.getData())
            + "\",\"height\":\""
            + request.getHeight()
            + "\",\"prove\":"
            + request.getProve()
            + "}";
    try {
      Object response = RpcJson.at(call("abci_query", params), "response");
      return ResponseQuery.newBuilder()
          .setCode((int) RpcJson.number(response, "code"))
          .setLog(RpcJson.text(response, "log"))
          .setInfo(RpcJson.text(response, "info"))
          .setIndex(RpcJson.number(response, "index"))
          .setKey(bytes(RpcJson.at(response, "key")))
          .setValue(bytes(RpcJson.at(response, "value")))
          .setHeight(RpcJson.number(response, "height"))
          .setCodespace(RpcJson.text(response, "codespace"))
          .build();
    } catch (IOException e) {
      throw rpc.unavailable("abci_query", e);
    }
  }

  /** Texts are fit by what can be seen of them; of others the node asks the application. */
  @Override
  public ResponseCheckTx check(ByteString tx) {
    if (Transactions.read(tx) instanceof TxContent.Decoded decoded && !decoded.acceptedOnce()) {
      return FIT;
    }
    try {
      Object result = call("check_tx", "{\"tx\":\"" + base64(tx) + "\"}");
      return ResponseCheckTx.newBuilder()
          .setCode((int) RpcJson.number(result, "code"))
          .setLog(RpcJson.text(result, "log"))
          .setCodespace(RpcJson.text(result, "codespace"))
          .build();
    } catch (IOException e) {
      throw rpc.unavailable("check_tx", e);
    }
  }

  @Override
  public Optional<TxLocation> locate(ByteString hash) {
    ResponseQuery answer = query(RequestQuery.newBuilder().setPath("/result/" + hex(hash)).build());
    if (answer.getCode() == NOT_FOUND || answer.getCode() == PRUNED) {
      return Optional.empty();
    }
    if (answer.getCode() != 0) {
      throw new UplinkException.Unavailable(answer.getLog(), null);
    }
    try {
      Object document = RpcJson.read(answer.getValue().toByteArray());
      return Optional.of(
          TxLocation.newBuilder()
              .setHeight(RpcJson.number(document, "height"))
              .setIndex((int) RpcJson.number(document, "index"))
              .setSuccess(RpcJson.number(document, "tx_result", "code") == 0)
              .build());
    } catch (IOException e) {
      throw rpc.unavailable("/result", e);
    }
  }

  private Object call(String method, String params) {
    try {
      return rpc.call(method, params);
    } catch (NodeRpc.Refusal e) {
      throw rpc.unavailable(method, e);
    }
  }

  private static ByteString bytes(Object base64) throws IOException {
    if (!(base64 instanceof String text)) {
      return ByteString.EMPTY;
    }
    try {
      return ByteString.copyFrom(Base64.getDecoder().decode(text));
    } catch (IllegalArgumentException e) {
      throw new IOException("bad base64", e);
    }
  }

  private static String base64(ByteString bytes) {
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  private static String quoted(String text) {
    return "\"" + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
  }

  @Override
  public boolean hasRecords() {
    return false;
  }

  @Override
  public Optional<BlockRecord> block(long height) {
    return Optional.empty();
  }

  @Override
  public Optional<ByteString> transaction(long height, int index) {
    return Optional.empty();
  }

  @Override
  public Optional<TxResult> result(long height, int index) {
    return Optional.empty();
  }

  @Override
  public Optional<TxLog> log(long height, int index) {
    return Optional.empty();
  }

  @Override
  public void close() {
    rpc.close();
  }
}
