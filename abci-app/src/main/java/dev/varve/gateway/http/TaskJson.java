package dev.varve.gateway.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.varve.gateway.TaskStatus;
import java.io.IOException;
import java.util.List;

/** Tasks as {@code /v1} and the events show them. */
final class TaskJson {
  private TaskJson() {}

  static void write(JsonGenerator json, TaskStatus task) throws IOException {
    json.writeStartObject();
    Json.int64(json, "id", task.id());
    Json.hex(json, "hash", task.hash());
    json.writeStringField("state", task.state().word());
    json.writeBooleanField("durable", task.durable());
    json.writeBooleanField("ordered", task.ordered());
    Json.int64(json, "accepted_ms", task.acceptedMs());
    json.writeNumberField("attempts", task.attempts());
    Json.int64(json, "height", task.height());
    json.writeNumberField("index", Integer.toUnsignedLong(task.index()));
    json.writeNumberField("code", Integer.toUnsignedLong(task.code()));
    json.writeStringField("reason", task.reason());
    json.writeEndObject();
  }

  static void writeAll(JsonGenerator json, List<TaskStatus> tasks) throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart("tasks");
    for (TaskStatus task : tasks) {
      write(json, task);
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
