package dev.varve.ledger;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.Event;
import dev.varve.abci.types.EventAttribute;
import dev.varve.abci.types.ExecTxResult;
import dev.varve.storage.record.Attribute;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.util.ArrayList;
import java.util.List;

/**
 * The results of one block's transactions, in both forms: for the node and for the store.
 *
 * <p>Texts are handed to the messages as bytes: a message built from strings encodes them twice
 * when it is written.
 */
final class Outcomes {
  private static final long GAS = 1;
  private static final ByteString WRITE = ByteString.copyFromUtf8("varve.write");
  private static final ByteString KEY = ByteString.copyFromUtf8("key");
  private static final ByteString OP = ByteString.copyFromUtf8("op");
  private static final ByteString DELETE = ByteString.copyFromUtf8("delete");

  private static final EventAttribute DELETE_ATTRIBUTE =
      EventAttribute.newBuilder().setKeyBytes(OP).setValueBytes(DELETE).setIndex(true).build();
  private static final Attribute STORED_DELETE_ATTRIBUTE =
      Attribute.newBuilder().setKeyBytes(OP).setValueBytes(DELETE).setIndex(true).build();
  private static final TxResult OK =
      TxResult.newBuilder().setGasWanted(GAS).setGasUsed(GAS).build();

  private final List<ExecTxResult> responses;
  private final List<TxResult> results;
  private final List<TxLog> logs;

  // Builders of a one-put transaction, used again for each: most transactions are such, and making
  // builders is a third of the cost of a result.
  private final EventAttribute.Builder keyAttribute =
      EventAttribute.newBuilder().setKeyBytes(KEY).setIndex(true);
  private final Event.Builder event = put(ByteString.EMPTY).toBuilder();
  private final ExecTxResult.Builder response =
      ExecTxResult.newBuilder().setGasWanted(GAS).setGasUsed(GAS).addEvents(event);
  private final Attribute.Builder storedKeyAttribute =
      Attribute.newBuilder().setKeyBytes(KEY).setIndex(true);
  private final dev.varve.storage.record.Event.Builder storedEvent =
      storedPut(ByteString.EMPTY).toBuilder();
  private final TxLog.Builder log = TxLog.newBuilder().addEvents(storedEvent);

  Outcomes(int txCount) {
    responses = new ArrayList<>(txCount);
    results = new ArrayList<>(txCount);
    logs = new ArrayList<>(txCount);
  }

  /** A transaction that put one key. */
  void addPut(ByteString key) {
    event.setAttributes(0, keyAttribute.setValueBytes(key).build());
    responses.add(response.setEvents(0, event.build()).build());
    results.add(OK);
    storedEvent.setAttributes(0, storedKeyAttribute.setValueBytes(key).build());
    logs.add(log.setEvents(0, storedEvent.build()).build());
  }

  /** A transaction that was applied, with the events of its operations. */
  void addOk(ExecTxResult.Builder applied, TxLog.Builder events) {
    responses.add(applied.setGasWanted(GAS).setGasUsed(GAS).build());
    results.add(OK);
    logs.add(events.build());
  }

  /** A transaction that changed nothing. */
  void addFailure(Code code, String why) {
    responses.add(
        ExecTxResult.newBuilder()
            .setCode(code.number())
            .setLog(why)
            .setGasWanted(GAS)
            .setGasUsed(GAS)
            .setCodespace(Code.CODESPACE)
            .build());
    results.add(
        TxResult.newBuilder()
            .setCode(code.number())
            .setLog(why)
            .setGasWanted(GAS)
            .setGasUsed(GAS)
            .setCodespace(Code.CODESPACE)
            .build());
    logs.add(TxLog.getDefaultInstance());
  }

  static Event put(ByteString keyText) {
    return Event.newBuilder().setTypeBytes(WRITE).addAttributes(key(keyText)).build();
  }

  static Event delete(ByteString keyText) {
    return Event.newBuilder()
        .setTypeBytes(WRITE)
        .addAttributes(key(keyText))
        .addAttributes(DELETE_ATTRIBUTE)
        .build();
  }

  static dev.varve.storage.record.Event storedPut(ByteString keyText) {
    return dev.varve.storage.record.Event.newBuilder()
        .setTypeBytes(WRITE)
        .addAttributes(storedKey(keyText))
        .build();
  }

  static dev.varve.storage.record.Event storedDelete(ByteString keyText) {
    return dev.varve.storage.record.Event.newBuilder()
        .setTypeBytes(WRITE)
        .addAttributes(storedKey(keyText))
        .addAttributes(STORED_DELETE_ATTRIBUTE)
        .build();
  }

  private static EventAttribute key(ByteString text) {
    return EventAttribute.newBuilder().setKeyBytes(KEY).setValueBytes(text).setIndex(true).build();
  }

  private static Attribute storedKey(ByteString text) {
    return Attribute.newBuilder().setKeyBytes(KEY).setValueBytes(text).setIndex(true).build();
  }

  List<ExecTxResult> responses() {
    return responses;
  }

  List<TxResult> results() {
    return results;
  }

  List<TxLog> logs() {
    return logs;
  }
}
