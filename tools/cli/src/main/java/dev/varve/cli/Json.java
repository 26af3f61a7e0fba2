package dev.varve.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** JSON objects for output. */
final class Json {
  private Json() {}

  static ObjectNode of() {
    return JsonNodeFactory.instance.objectNode();
  }
}
