package dev.varve.testnet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A genesis.json as the node's init command wrote it, and the changes we make to it. */
final class GenesisFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ObjectNode root;

  private GenesisFile(ObjectNode root) {
    this.root = root;
  }

  static GenesisFile read(Path file) {
    try {
      if (JSON.readTree(file.toFile()) instanceof ObjectNode root && root.has("chain_id")) {
        return new GenesisFile(root);
      }
      throw new TestnetException(file + " is no genesis file: it has no chain_id");
    } catch (IOException e) {
      throw new TestnetException("cannot read the genesis file " + file, e);
    }
  }

  String chainId() {
    return root.path("chain_id").asText();
  }

  GenesisFile with(ChainSettings settings) {
    root.put("chain_id", settings.chainId());
    root.set("app_state", settings.appState());
    merge(root.withObject("/consensus_params"), settings.consensusParams());
    return this;
  }

  /** Takes the validators of all these, in this order. */
  GenesisFile withValidatorsOf(List<GenesisFile> files) {
    ArrayNode validators = JSON.createArrayNode();
    files.forEach(file -> file.root.path("validators").forEach(validators::add));
    root.set("validators", validators);
    return this;
  }

  void write(Path file) {
    try {
      Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root));
    } catch (IOException e) {
      throw new TestnetException("cannot write the genesis file " + file, e);
    }
  }

  private static void merge(ObjectNode into, ObjectNode from) {
    for (Map.Entry<String, JsonNode> field : from.properties()) {
      if (field.getValue() instanceof ObjectNode inner
          && into.path(field.getKey()) instanceof ObjectNode old) {
        merge(old, inner);
      } else {
        into.set(field.getKey(), field.getValue());
      }
    }
  }
}
