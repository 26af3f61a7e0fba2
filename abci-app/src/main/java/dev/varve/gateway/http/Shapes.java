package dev.varve.gateway.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import dev.varve.abci.types.ProofOp;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.storage.record.Attribute;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.Event;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.io.IOException;
import java.util.List;

/** Objects as CometBFT's RPC writes them. */
final class Shapes {
  private Shapes() {}

  /** The answer to {@code broadcast_tx_async} and {@code broadcast_tx_sync}. */
  static void broadcast(JsonGenerator json, int code, String log, String codespace, ByteString hash)
      throws IOException {
    json.writeStartObject();
    json.writeNumberField("code", Integer.toUnsignedLong(code));
    json.writeStringField("data", "");
    json.writeStringField("log", log);
    json.writeStringField("codespace", codespace);
    Json.hex(json, "hash", hash);
    json.writeEndObject();
  }

  /** An ExecTxResult, or a ResponseCheckTx, which has the same fields. */
  static void result(JsonGenerator json, TxResult result, TxLog log) throws IOException {
    json.writeStartObject();
    json.writeNumberField("code", Integer.toUnsignedLong(result.getCode()));
    Json.base64(json, "data", result.getData());
    json.writeStringField("log", result.getLog());
    json.writeStringField("info", result.getInfo());
    Json.int64(json, "gas_wanted", result.getGasWanted());
    Json.int64(json, "gas_used", result.getGasUsed());
    json.writeArrayFieldStart("events");
    for (Event event : log.getEventsList()) {
      event(json, event);
    }
    json.writeEndArray();
    json.writeStringField("codespace", result.getCodespace());
    json.writeEndObject();
  }

  private static void event(JsonGenerator json, Event event) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", event.getType());
    json.writeArrayFieldStart("attributes");
    for (Attribute attribute : event.getAttributesList()) {
      json.writeStartObject();
      json.writeStringField("key", attribute.getKey());
      json.writeStringField("value", attribute.getValue());
      json.writeBooleanField("index", attribute.getIndex());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** The answer to {@code abci_query}. */
  static void query(JsonGenerator json, ResponseQuery response) throws IOException {
    json.writeStartObject();
    json.writeObjectFieldStart("response");
    json.writeNumberField("code", Integer.toUnsignedLong(response.getCode()));
    json.writeStringField("log", response.getLog());
    json.writeStringField("info", response.getInfo());
    Json.int64(json, "index", response.getIndex());
    Json.base64(json, "key", response.getKey());
    Json.base64(json, "value", response.getValue());
    if (response.hasProofOps()) {
      json.writeObjectFieldStart("proofOps");
      json.writeArrayFieldStart("ops");
      for (ProofOp op : response.getProofOps().getOpsList()) {
        json.writeStartObject();
        json.writeStringField("type", op.getType());
        Json.base64(json, "key", op.getKey());
        Json.base64(json, "data", op.getData());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    } else {
      json.writeNullField("proofOps");
    }
    Json.int64(json, "height", response.getHeight());
    json.writeStringField("codespace", response.getCodespace());
    json.writeEndObject();
    json.writeEndObject();
  }

  /** A transaction as {@code tx} and {@code tx_search} show it. */
  static void transaction(JsonGenerator json, FoundTx found) throws IOException {
    json.writeStartObject();
    Json.hex(json, "hash", found.hash());
    Json.int64(json, "height", found.height());
    json.writeNumberField("index", Integer.toUnsignedLong(found.index()));
    json.writeFieldName("tx_result");
    result(json, found.result(), found.log());
    Json.base64(json, "tx", found.tx());
    if (found.proof().isPresent()) {
      proof(json, found.tx(), found.proof().get());
    }
    json.writeEndObject();
  }

  private static void proof(JsonGenerator json, ByteString tx, MerkleProof proof)
      throws IOException {
    json.writeObjectFieldStart("proof");
    Json.hex(json, "root_hash", proof.root());
    Json.base64(json, "data", tx);
    json.writeObjectFieldStart("proof");
    Json.int64(json, "total", proof.total());
    Json.int64(json, "index", proof.index());
    Json.base64(json, "leaf_hash", proof.leaf());
    json.writeArrayFieldStart("aunts");
    for (ByteString aunt : proof.aunts()) {
      json.writeBinary(aunt.toByteArray());
    }
    json.writeEndArray();
    json.writeEndObject();
    json.writeEndObject();
  }

  /** The answer to {@code block_results}; Varve's blocks change nothing but state. */
  static void blockResults(
      JsonGenerator json, BlockRecord block, List<TxResult> results, List<TxLog> logs)
      throws IOException {
    json.writeStartObject();
    Json.int64(json, "height", block.getHeight());
    if (results.isEmpty()) {
      json.writeNullField("txs_results");
    } else {
      json.writeArrayFieldStart("txs_results");
      for (int i = 0; i < results.size(); i++) {
        result(json, results.get(i), logs.get(i));
      }
      json.writeEndArray();
    }
    json.writeNullField("finalize_block_events");
    json.writeNullField("validator_updates");
    json.writeNullField("consensus_param_updates");
    Json.base64(json, "app_hash", block.getAppHash());
    json.writeEndObject();
  }
}
