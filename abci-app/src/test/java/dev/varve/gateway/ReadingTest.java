package dev.varve.gateway;

import static dev.varve.ledger.Transactions.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseQuery;
import dev.varve.ledger.Transactions;
import dev.varve.storage.StorageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReadingTest {
  private final World world = new World(World.config());

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void shouldSayWhereAValueComesFrom() {
    world.chain.block(List.of(text("a", "1")));
    world.follow();
    assertThat(value("a", false))
        .isEqualTo(new Value(Source.COMMITTED, Optional.of(bytes("1")), 1, bytes("")));
    TaskStatus task = world.accept("a", "2");
    assertThat(value("a", false))
        .isEqualTo(new Value(Source.PENDING, Optional.of(bytes("2")), 1, task.hash()));
    assertThat(value("a", true).value()).contains(bytes("1"));
    assertThat(value("b", true).value()).isEmpty();
    world.accept("b", "1");
    assertThat(value("b", true).source()).isEqualTo(Source.PENDING);
    world.settle(3);
    assertThat(value("a", false).source()).isEqualTo(Source.COMMITTED);
    assertThat(value("a", false).value()).contains(bytes("2"));
    assertThatThrownBy(() -> value("", false)).isInstanceOf(UplinkException.Refused.class);
  }

  @Test
  void shouldAnswerTheLastAcceptedWrite() {
    world.accept("a", "1");
    world.accept("a", "2");
    assertThat(world.value("a")).isEqualTo("2");
    ByteString delete =
        Transactions.envelope(100)
            .put(bytes("a"), bytes("3"))
            .delete(bytes("a"))
            .put(bytes("b"), bytes("1"))
            .build();
    world.accept(delete, false, "");
    assertThat(value("a", false).source()).isEqualTo(Source.PENDING);
    assertThat(value("a", false).value()).isEmpty();
    assertThat(world.value("b")).isEqualTo("1");
    world.settle(3);
    assertThat(value("a", false).source()).isEqualTo(Source.COMMITTED);
    assertThat(value("a", false).value()).isEmpty();
  }

  @Test
  void shouldNotAnswerWhatABlockHasOvertaken() {
    world.accept("a", "1");
    world.follow();
    world.send();
    world.chain.block(List.of(text("a", "1"), text("a", "other")));
    // Nobody has followed yet: asked where the task is, the chain says that it is in.
    assertThat(world.value("a")).isEqualTo("other");
    world.follow();
    assertThat(world.value("a")).isEqualTo("other");
  }

  @Test
  void shouldAnswerQueriesAsTheApplicationDoes() {
    world.chain.block(List.of(text("a", "1")));
    world.follow();
    TaskStatus task = world.accept("a", "2");
    for (String path : List.of("", "/store", "store")) {
      ResponseQuery pending = query(path, "a", 0);
      assertThat(pending.getValue()).isEqualTo(bytes("2"));
      assertThat(pending.getInfo()).isEqualTo("pending");
      assertThat(pending.getKey()).isEqualTo(bytes("a"));
      assertThat(pending.getHeight()).isEqualTo(1);
    }
    assertThat(query("/store", "a", 1).getValue()).isEqualTo(bytes("1"));
    assertThat(query("/store", "a", 1).getInfo()).isEqualTo("committed");
    assertThat(query("/status", "", 0).getInfo()).isEqualTo("committed");
    assertThat(query("/tx/zz", "", 0).getCode()).isEqualTo(1);
    world.accept(Transactions.envelope(100).delete(bytes("a")).build(), false, "");
    ResponseQuery deleted = query("/store", "a", 0);
    assertThat(deleted.getCode()).isEqualTo(2);
    assertThat(deleted.getCodespace()).isEqualTo("varve");
    assertThat(deleted.getInfo()).isEqualTo("pending");
    world.settle(3);
    String hash = PendingDocuments.hex(task.hash());
    assertThat(query("/tx/0x" + hash, "", 0).getInfo()).isEqualTo("committed");
  }

  /** A client that reads the committed document can read the pending one. */
  @Test
  void shouldGivePendingDocumentsTheShapeOfCommittedOnes() throws IOException {
    TaskStatus task = world.accept("a", "1");
    String hash = PendingDocuments.hex(task.hash());
    List<String> paths = List.of("/tx/" + hash, "/result/" + hash, "/logs/" + hash);
    List<List<String>> pending = new ArrayList<>();
    for (String path : paths) {
      ResponseQuery answer = query(path, "", 0);
      assertThat(answer.getInfo()).isEqualTo("pending");
      assertThat(answer.getValue().toStringUtf8())
          .contains("\"hash\":\"" + hash + "\"")
          .contains("\"state\":\"pending\"");
      List<String> shape = shape(answer.getValue());
      assertThat(shape.remove("state VALUE_STRING")).isTrue();
      pending.add(shape);
    }
    assertThat(query("/tx/" + hash, "", 0).getValue().toStringUtf8())
        .contains("\"tx\":\"" + Base64.getEncoder().encodeToString(new byte[] {'a', '=', '1'}));
    world.settle(3);
    for (int i = 0; i < paths.size(); i++) {
      ResponseQuery answer = query(paths.get(i), "", 0);
      assertThat(answer.getInfo()).isEqualTo("committed");
      assertThat(pending.get(i)).as(paths.get(i)).isEqualTo(shape(answer.getValue()));
    }
  }

  /** Names and kinds of all fields, but for what is in lists. */
  private static List<String> shape(ByteString document) throws IOException {
    List<String> shape = new ArrayList<>();
    try (JsonParser json = new JsonFactory().createParser(document.toByteArray())) {
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        if (token == JsonToken.FIELD_NAME) {
          shape.add(json.currentName() + " " + json.nextToken());
        }
        if (json.currentToken() == JsonToken.START_ARRAY) {
          json.skipChildren();
        }
      }
    }
    return shape;
  }

  @Test
  void shouldReadPendingDataWhileTheChainDoesNotAnswer() {
    world.accept("a", "1");
    world.chain.engine.failure = new StorageException.Unavailable("disk away", null);
    assertThat(world.value("a")).isEqualTo("1");
    assertThatThrownBy(() -> world.value("b")).isInstanceOf(UplinkException.Unavailable.class);
  }

  @Test
  void shouldFindPendingBytesAndTasks() {
    TaskStatus task = world.accept("a", "1");
    assertThat(world.gateway.pendingTx(task.hash())).contains(text("a", "1"));
    assertThat(world.gateway.tasks(task.hash())).containsExactly(task);
    world.settle(3);
    assertThat(world.gateway.pendingTx(task.hash())).isEmpty();
    assertThat(world.gateway.tasks(task.hash())).hasSize(1);
    assertThat(world.gateway.list(TaskState.COMMITTED, 0, 10)).hasSize(1);
    assertThat(world.gateway.list(TaskState.COMMITTED, task.id(), 10)).isEmpty();
  }

  private Value value(String key, boolean chainFirst) {
    return world.gateway.value(bytes(key), chainFirst);
  }

  private ResponseQuery query(String path, String data, long height) {
    return world.gateway.query(
        RequestQuery.newBuilder().setPath(path).setData(bytes(data)).setHeight(height).build(),
        false);
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
