package dev.varve.gateway.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.gateway.Source;
import dev.varve.gateway.TaskState;
import dev.varve.gateway.TaskStatus;
import dev.varve.gateway.Uplink;
import dev.varve.gateway.Value;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** {@code GET /v1/data/...} and {@code GET /v1/tx/...}. */
final class V1Reads {
  private static final int MOST_KEY_BYTES = 1024;

  private final Uplink uplink;
  private final Transactions transactions;
  private final Readers readers;
  private final Executor threads;
  private final GatewayMeter meter;

  V1Reads(Uplink uplink, Readers readers, Executor threads, GatewayMeter meter) {
    this.uplink = uplink;
    this.transactions = new Transactions(uplink);
    this.readers = readers;
    this.threads = threads;
    this.meter = meter;
  }

  /** An answer, and where it came from. */
  private record Answer(int status, Source source, long height, Json.Value body) {}

  /**
   * The value of a key.
   *
   * @param rest of the path: a slash and the key with percent escapes, or empty with {@code ?hex=}
   */
  void data(Exchange exchange, String rest) {
    ByteString key = key(exchange, rest);
    answer(exchange, () -> data(key, exchange.caller().chainFirst()));
  }

  private Answer data(ByteString key, boolean chainFirst) {
    Value value = uplink.value(key, chainFirst);
    return new Answer(
        value.value().isPresent() ? 200 : 404,
        value.source(),
        value.height(),
        json -> write(json, key, value));
  }

  private static void write(JsonGenerator json, ByteString key, Value value) throws IOException {
    json.writeStartObject();
    bytes(json, "key", "key_text", key);
    if (value.value().isPresent()) {
      bytes(json, "value", "text", value.value().get());
    } else {
      json.writeObjectFieldStart("error");
      json.writeStringField("code", "not_found");
      json.writeStringField("message", "the key has no value");
      json.writeEndObject();
    }
    json.writeStringField("source", value.source().word());
    Json.int64(json, "height", value.height());
    if (!value.txHash().isEmpty()) {
      Json.hex(json, "tx_hash", value.txHash());
    }
    json.writeEndObject();
  }

  private static void bytes(JsonGenerator json, String name, String textName, ByteString bytes)
      throws IOException {
    json.writeBinaryField(name, bytes.toByteArray());
    if (bytes.isValidUtf8()) {
      json.writeStringField(textName, bytes.toStringUtf8());
    }
  }

  private static ByteString key(Exchange exchange, String rest) {
    ByteString key;
    try {
      if (rest.length() > 1) {
        key = UnsafeByteOperations.unsafeWrap(Query.decodePathBytes(rest.substring(1)));
      } else {
        key = Decoding.hex(V1.query(exchange).getOrDefault("hex", ""));
      }
    } catch (IllegalArgumentException e) {
      throw V1Failure.badRequest("bad key: " + e.getMessage());
    }
    if (key.isEmpty() || key.size() > MOST_KEY_BYTES) {
      throw V1Failure.badRequest(
          "the key has "
              + key.size()
              + " bytes, allowed are 1 to "
              + MOST_KEY_BYTES
              + ", in the path or as ?hex=");
    }
    return key;
  }

  /** A transaction by its hash. */
  void tx(Exchange exchange, String text) {
    ByteString hash;
    try {
      boolean prefixed = text.startsWith("0x") || text.startsWith("0X");
      hash = Decoding.hex(prefixed ? text.substring(2) : text);
    } catch (IllegalArgumentException e) {
      throw V1Failure.badRequest("bad hash: " + e.getMessage());
    }
    if (hash.size() != Sha256.LENGTH_BYTES) {
      throw V1Failure.badRequest("a hash has 64 hex digits, this one " + 2 * hash.size());
    }
    answer(exchange, () -> tx(hash, exchange.caller().chainFirst()));
  }

  private Answer tx(ByteString hash, boolean chainFirst) {
    Optional<FoundTx> pending = chainFirst ? Optional.empty() : transactions.pending(hash);
    if (pending.isPresent()) {
      return found(pending.get());
    }
    Optional<Answer> committed =
        uplink.chain().hasRecords()
            ? transactions
                .locate(hash)
                .flatMap(at -> transactions.committed(at.getHeight(), at.getIndex(), false))
                .map(this::found)
            : asked(hash);
    if (committed.isPresent()) {
      return committed.get();
    }
    pending = chainFirst ? transactions.pending(hash) : Optional.empty();
    return pending.map(this::found).orElseThrow(() -> notFound(hash));
  }

  private V1Failure notFound(ByteString hash) {
    String failed =
        uplink.tasks(hash).stream()
            .filter(status -> status.state() == TaskState.FAILED)
            .map(V1Reads::describe)
            .findFirst()
            .orElse("");
    return V1Failure.notFound("there is no transaction " + Json.hex(hash) + failed);
  }

  private static String describe(TaskStatus task) {
    return "; task " + task.id() + " with it failed: " + task.reason();
  }

  private Answer found(FoundTx tx) {
    boolean pending = tx.height() == 0;
    return answer(
        pending ? Source.PENDING : Source.COMMITTED,
        pending ? uplink.followed() : tx.height(),
        json -> Shapes.transaction(json, tx));
  }

  /** The application's own document, where this process has no records. */
  private Optional<Answer> asked(ByteString hash) {
    RequestQuery request = RequestQuery.newBuilder().setPath("/tx/" + Json.hex(hash)).build();
    ResponseQuery response = uplink.query(request, true);
    if (response.getCode() != 0 || !response.getInfo().equals(Source.COMMITTED.word())) {
      return Optional.empty();
    }
    String document = response.getValue().toString(StandardCharsets.UTF_8);
    return Optional.of(
        answer(Source.COMMITTED, response.getHeight(), json -> json.writeRawValue(document)));
  }

  private static Answer answer(Source source, long height, Json.Value transaction) {
    return new Answer(
        200,
        source,
        height,
        json -> {
          json.writeStartObject();
          json.writeStringField("source", source.word());
          Json.int64(json, "height", height);
          json.writeFieldName("transaction");
          transaction.write(json);
          json.writeEndObject();
        });
  }

  private void answer(Exchange exchange, Supplier<Answer> read) {
    long begin = System.nanoTime();
    CompletableFuture<Answer> answering = readers.call(read);
    exchange.watch(
        answering.handleAsync(
            (answer, failure) -> {
              if (failure == null) {
                meter.read(answer.source(), System.nanoTime() - begin);
                exchange.source(answer.source(), answer.height());
                exchange.json(answer.status(), Json.bytes(answer.body()));
              } else {
                V1Failure.of(failure).send(exchange);
              }
              return null;
            },
            threads));
  }
}
