package dev.varve.gateway.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.gateway.Chain;
import dev.varve.gateway.TaskStatus;
import dev.varve.gateway.Uplink;
import dev.varve.storage.record.TxLog;
import dev.varve.storage.record.TxResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The result of a task that is in a block. */
final class Executed {
  /** What stands where nothing was executed. */
  static final Json.Value NOTHING =
      json -> Shapes.result(json, TxResult.getDefaultInstance(), TxLog.getDefaultInstance());

  private final Uplink uplink;

  Executed(Uplink uplink) {
    this.uplink = uplink;
  }

  /**
   * From the engine's records, or else from what the application answers for the hash; the code
   * alone where neither has it.
   */
  Json.Value result(TaskStatus status) {
    Chain chain = uplink.chain();
    if (chain.hasRecords()) {
      Optional<TxResult> result = chain.result(status.height(), status.index());
      Optional<TxLog> log = chain.log(status.height(), status.index());
      if (result.isPresent() && log.isPresent()) {
        return json -> Shapes.result(json, result.get(), log.get());
      }
    } else {
      Optional<String> answered = asked(status.hash());
      if (answered.isPresent()) {
        return json -> json.writeRawValue(answered.get());
      }
    }
    TxResult code = TxResult.newBuilder().setCode(status.code()).build();
    return json -> Shapes.result(json, code, TxLog.getDefaultInstance());
  }

  private Optional<String> asked(ByteString hash) {
    RequestQuery request = RequestQuery.newBuilder().setPath("/result/" + Json.hex(hash)).build();
    ResponseQuery response = uplink.query(request, true);
    if (response.getCode() != 0) {
      return Optional.empty();
    }
    return field(response.getValue().toByteArray(), "tx_result");
  }

  /** A field of an object, as it stands there; empty also where the bytes are no JSON. */
  private static Optional<String> field(byte[] object, String name) {
    try (JsonParser json = Json.parser(object, 0, object.length)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return Optional.empty();
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        boolean found = name.equals(json.currentName());
        json.nextToken();
        int from = (int) json.currentTokenLocation().getByteOffset();
        json.skipChildren();
        json.finishToken();
        if (found) {
          int to = (int) json.currentLocation().getByteOffset();
          return Optional.of(new String(object, from, to - from, StandardCharsets.UTF_8));
        }
      }
    } catch (JsonProcessingException e) {
      // Not the application that this gateway was made for: it has no such document.
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory does not fail", e);
    }
    return Optional.empty();
  }
}
