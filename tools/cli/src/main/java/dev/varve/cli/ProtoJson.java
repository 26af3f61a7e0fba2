package dev.varve.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/** Records as JSON: every field, bytes in upper-case hex, times in ISO 8601. */
final class ProtoJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final Set<FieldDescriptor.Type> UNSIGNED =
      EnumSet.of(FieldDescriptor.Type.UINT32, FieldDescriptor.Type.FIXED32);

  private ProtoJson() {}

  static ObjectNode of(Message message) {
    ObjectNode node = Json.of();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.isRepeated()) {
        ArrayNode array = node.putArray(field.getName());
        for (Object item : (List<?>) message.getField(field)) {
          array.add(value(field, item));
        }
      } else if (field.hasPresence() && !message.hasField(field)) {
        node.putNull(field.getName());
      } else {
        node.set(field.getName(), value(field, message.getField(field)));
      }
    }
    return node;
  }

  static String hex(ByteString bytes) {
    return HexFormat.of().withUpperCase().formatHex(bytes.toByteArray());
  }

  private static JsonNode value(FieldDescriptor field, Object value) {
    if (value instanceof ByteString bytes) {
      return JSON.textNode(hex(bytes));
    }
    if (value instanceof Timestamp time) {
      return JSON.textNode(Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).toString());
    }
    if (value instanceof Message message) {
      return of(message);
    }
    if (value instanceof Boolean flag) {
      return JSON.booleanNode(flag);
    }
    if (value instanceof Integer number) {
      boolean unsigned = UNSIGNED.contains(field.getType());
      return unsigned ? JSON.numberNode(Integer.toUnsignedLong(number)) : JSON.numberNode(number);
    }
    return value instanceof Long number ? JSON.numberNode(number) : JSON.textNode(value.toString());
  }
}
