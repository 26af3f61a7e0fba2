package dev.varve.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The served document, as tests ask it. */
final class OpenApi {
  private static final List<String> METHODS = List.of("get", "post", "delete", "put", "patch");

  private final JsonNode document;

  OpenApi(JsonNode document) {
    this.document = document;
  }

  /** {@code METHOD path status} of everything that stands in it. */
  Set<String> answers() {
    Set<String> answers = new TreeSet<>();
    document
        .get("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        method -> {
                          if (!METHODS.contains(method.getKey())) {
                            throw new AssertionError("no method: " + method.getKey());
                          }
                          method
                              .getValue()
                              .get("responses")
                              .fieldNames()
                              .forEachRemaining(
                                  status ->
                                      answers.add(
                                          method.getKey() + " " + path.getKey() + " " + status));
                        }));
    return answers;
  }

  JsonNode operation(String method, String path) {
    return document.at("/paths").path(path).path(method);
  }

  JsonNode response(String method, String path, int status) {
    return operation(method, path).path("responses").path(Integer.toString(status));
  }

  /** What is wrong with a value: nothing where it has all that is required, and no more. */
  List<String> faults(JsonNode schema, JsonNode value, String at) {
    if (schema.has("$ref")) {
      return faults(document.at(schema.get("$ref").asText().substring(1)), value, at);
    }
    List<String> faults = new ArrayList<>();
    if (schema.has("oneOf")) {
      long matches = 0;
      for (JsonNode one : schema.get("oneOf")) {
        matches += faults(one, value, at).isEmpty() ? 1 : 0;
      }
      return matches == 1 ? faults : List.of(at + " matches " + matches + " of oneOf");
    }
    if (!isOfType(schema.path("type"), value)) {
      faults.add(at + " is no " + schema.get("type"));
    }
    if (schema.has("enum") && !contains(schema.get("enum"), value)) {
      faults.add(at + " = " + value + " is not in " + schema.get("enum"));
    }
    if (schema.has("pattern") && !value.asText().matches(schema.get("pattern").asText())) {
      faults.add(at + " = " + value + " is not " + schema.get("pattern"));
    }
    if (schema.has("properties")) {
      schema
          .path("required")
          .forEach(
              name -> {
                if (!value.has(name.asText())) {
                  faults.add(at + " lacks " + name);
                }
              });
      value
          .properties()
          .forEach(
              field -> {
                JsonNode property = schema.get("properties").get(field.getKey());
                if (property == null) {
                  faults.add(at + " has " + field.getKey());
                } else {
                  faults.addAll(faults(property, field.getValue(), at + "." + field.getKey()));
                }
              });
    }
    if (schema.has("items")) {
      value.forEach(item -> faults.addAll(faults(schema.get("items"), item, at + "[]")));
    }
    return faults;
  }

  private static boolean contains(JsonNode list, JsonNode value) {
    for (JsonNode one : list) {
      if (one.equals(value)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOfType(JsonNode type, JsonNode value) {
    if (type.isArray()) {
      boolean any = false;
      for (JsonNode one : type) {
        any |= isOfType(one, value);
      }
      return any;
    }
    return switch (type.asText()) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isTextual();
      case "integer" -> value.isIntegralNumber();
      case "boolean" -> value.isBoolean();
      case "null" -> value.isNull();
      default -> type.isMissingNode();
    };
  }
}
