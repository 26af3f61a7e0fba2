package dev.varve.ledger;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.ledger.commitment.StateCommitment;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers queries from what is durable; any thread. */
final class QueryHandler {
  private static final Pattern DIGITS = Pattern.compile("[0-9]+");

  /** The most transaction hashes that a block's document lists; a bound on the answer's size. */
  static final int MAX_LISTED_TXS = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(QueryHandler.class);

  private static final String PATHS =
      "\"\", /store, /tx/<hash>, /result/<hash>, /logs/<hash>, /block/<height>, /status";

  private final StorageEngine engine;

  QueryHandler(StorageEngine engine) {
    this.engine = engine;
  }

  ResponseQuery query(RequestQuery request) {
    try {
      if (request.getProve()) {
        throw badRequest("proofs are not offered yet, ask with prove=false");
      }
      if (request.getHeight() < 0) {
        throw badRequest("height " + request.getHeight() + " is negative, 0 asks for the latest");
      }
      return answer(request).setKey(request.getData()).build();
    } catch (QueryException e) {
      return refuse(request, e.code(), e.getMessage());
    } catch (StorageException.Pruned e) {
      return refuse(request, QueryCode.PRUNED, e.getMessage());
    } catch (StorageException.Corruption e) {
      LOG.error("query {} met corrupt data", request.getPath(), e);
      return refuse(request, QueryCode.CORRUPT, "stored data is corrupt: " + e.getMessage());
    } catch (StorageException e) {
      return refuse(request, QueryCode.UNAVAILABLE, "storage unavailable: " + e.getMessage());
    }
  }

  private ResponseQuery.Builder answer(RequestQuery request) throws QueryException {
    String path = request.getPath();
    String route = path.startsWith("/") ? path.substring(1) : path;
    if (route.isEmpty() || route.equals("store")) {
      return store(request.getData(), request.getHeight());
    }
    if (route.equals("status")) {
      return status();
    }
    int slash = route.indexOf('/');
    String name = slash < 0 ? route : route.substring(0, slash);
    String argument = slash < 0 ? "" : route.substring(slash + 1);
    return switch (name) {
      case "tx" -> transaction(located(argument));
      case "result" -> result(located(argument));
      case "logs" -> logs(located(argument));
      case "block" -> block(argument);
      // Asked for every peer where the node has filter_peers on: all may connect.
      case "p2p" -> ResponseQuery.newBuilder();
      default -> throw badRequest("unknown path \"" + path + "\", known are " + PATHS);
    };
  }

  /** The last height is read before the record: one written since then shows it by its own. */
  private ResponseQuery.Builder store(ByteString key, long asked) throws QueryException {
    if (key.isEmpty() || key.size() > Transactions.MAX_KEY_BYTES) {
      throw badRequest(TxDecoder.keyLength(key.size()));
    }
    long latest = engine.applied().getHeight();
    if (asked > latest) {
      throw badRequest("height " + asked + " is above the latest, " + latest);
    }
    ByteString stateKey = StateKeys.user(key);
    Optional<StateRecord> record =
        asked == 0 ? engine.state(stateKey) : engine.stateAt(stateKey, asked);
    if (record.isEmpty()) {
      String when =
          asked == 0 ? "the key does not exist" : "the key did not exist at height " + asked;
      throw new QueryException(QueryCode.NOT_FOUND, when);
    }
    long height = asked == 0 ? Math.max(latest, record.get().getHeight()) : asked;
    return ResponseQuery.newBuilder().setValue(record.get().getValue()).setHeight(height);
  }

  private ResponseQuery.Builder status() {
    AppliedHeight applied = engine.applied();
    Optional<String> chainId = engine.meta(Genesis.META_CHAIN_ID).map(ByteString::toStringUtf8);
    ByteString body =
        Documents.status(
            applied,
            engine.status(),
            chainId,
            StateCommitment.SCHEME + "/" + StateCommitment.VERSION);
    return ResponseQuery.newBuilder().setValue(body).setHeight(applied.getHeight());
  }

  private ResponseQuery.Builder transaction(Located tx) throws QueryException {
    ByteString bytes =
        present(engine.transaction(tx.at.getHeight(), tx.at.getIndex()), "transaction", tx);
    return at(tx, Documents.transaction(tx.hash, tx.at, bytes, resultOf(tx), logOf(tx)));
  }

  private ResponseQuery.Builder result(Located tx) throws QueryException {
    return at(tx, Documents.result(tx.hash, tx.at, resultOf(tx), logOf(tx)));
  }

  private ResponseQuery.Builder logs(Located tx) throws QueryException {
    return at(tx, Documents.log(tx.hash, tx.at, logOf(tx)));
  }

  private static ResponseQuery.Builder at(Located tx, ByteString body) {
    return ResponseQuery.newBuilder()
        .setValue(body)
        .setHeight(tx.at.getHeight())
        .setIndex(tx.at.getIndex());
  }

  private TxResult resultOf(Located tx) throws QueryException {
    return present(engine.result(tx.at.getHeight(), tx.at.getIndex()), "result", tx);
  }

  private TxLog logOf(Located tx) throws QueryException {
    return present(engine.log(tx.at.getHeight(), tx.at.getIndex()), "log", tx);
  }

  private ResponseQuery.Builder block(String argument) throws QueryException {
    long height = height(argument);
    Optional<BlockRecord> found = engine.block(height);
    if (found.isEmpty()) {
      throw new QueryException(
          QueryCode.NOT_FOUND,
          "no block " + height + ", the latest is " + engine.applied().getHeight());
    }
    BlockRecord block = found.get();
    Sha256 sha256 = new Sha256();
    int listed = (int) Math.min(Integer.toUnsignedLong(block.getTxCount()), MAX_LISTED_TXS);
    List<ByteString> hashes = new ArrayList<>(listed);
    for (int i = 0; i < listed; i++) {
      Optional<ByteString> tx = engine.transaction(height, i);
      hashes.add(sha256.hash(present(tx, "transaction " + i, "block " + height)));
    }
    return ResponseQuery.newBuilder().setValue(Documents.block(block, hashes)).setHeight(height);
  }

  private static long height(String argument) throws QueryException {
    try {
      long height = DIGITS.matcher(argument).matches() ? Long.parseLong(argument) : 0;
      if (height > 0) {
        return height;
      }
    } catch (NumberFormatException e) {
      // Too many digits: the same fault as a number below 1, told below.
    }
    throw badRequest("bad height \"" + argument + "\", allowed are decimal numbers from 1 on");
  }

  private Located located(String argument) throws QueryException {
    String digits =
        argument.startsWith("0x") || argument.startsWith("0X") ? argument.substring(2) : argument;
    if (digits.length() != 2 * Sha256.LENGTH_BYTES
        || !digits.chars().allMatch(HexFormat::isHexDigit)) {
      throw badRequest(
          "bad hash \"" + argument + "\", allowed are 64 hex digits with or without 0x");
    }
    ByteString hash = ByteString.copyFrom(HexFormat.of().parseHex(digits));
    Optional<TxLocation> at = engine.locate(hash);
    if (at.isEmpty()) {
      long floor = engine.status().chainFloor();
      String kept = floor == 0 ? "" : "; the lowest height kept is " + floor;
      throw new QueryException(QueryCode.NOT_FOUND, "no transaction " + Json.hex(hash) + kept);
    }
    return new Located(hash, at.get());
  }

  private static <T> T present(Optional<T> record, String what, Object of) throws QueryException {
    if (record.isEmpty()) {
      throw new QueryException(QueryCode.CORRUPT, "the store lacks the " + what + " of " + of);
    }
    return record.get();
  }

  private static QueryException badRequest(String log) {
    return new QueryException(QueryCode.BAD_REQUEST, log);
  }

  private static ResponseQuery refuse(RequestQuery request, QueryCode code, String log) {
    return ResponseQuery.newBuilder()
        .setCode(code.number())
        .setLog(log)
        .setKey(request.getData())
        .setCodespace(Code.CODESPACE)
        .build();
  }

  /** A transaction's hash and where it stands. */
  private record Located(ByteString hash, TxLocation at) {
    @Override
    public String toString() {
      return "transaction " + Json.hex(hash);
    }
  }
}
