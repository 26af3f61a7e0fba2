package dev.varve.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.varve.node.HomeLock;
import dev.varve.node.NodeConfig;
import dev.varve.node.StoredChain;
import dev.varve.node.StoredLog;
import dev.varve.storage.DiskStore;
import dev.varve.storage.StateWrite;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.TxLocation;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code varve dump}. */
@Command(
    name = "dump",
    description = {
      "Print one stored record as JSON.",
      "It comes from the disk store or, where that lacks it, from the fallback log. The node may",
      "run, but then its log is not read."
    },
    footer = {
      "",
      "KIND and KEY: block HEIGHT | tx HASH | result HASH | log HASH | state KEY | meta NAME |",
      "applied | entry HEIGHT. A state key is text, or 0x and hex digits. An entry is a whole",
      "block as the fallback log has it.",
      "",
      "Examples:",
      "  varve dump --home D block 5",
      "  varve dump --home D tx 2C26B46B68FFC68FF99B453C1D30413413422D706483BFA0F98A5E886266E7AE",
      "  varve dump --home D state a",
      "  varve dump --home D entry 5"
    })
final class DumpCommand implements Callable<Integer> {
  // The ledger keeps what users write under this byte, see package dev.varve.ledger.
  private static final ByteString USER_KEYS = ByteString.copyFrom(new byte[] {0});
  private static final int HASH_BYTES = 32;

  /** Kinds of records. */
  private enum Kind {
    BLOCK,
    TX,
    RESULT,
    LOG,
    STATE,
    META,
    APPLIED,
    ENTRY
  }

  @SuppressWarnings("UnusedVariable") // picocli fills it.
  @CommandLine.Mixin
  private CommonOptions common;

  @CommandLine.Mixin private HomeOption home;

  @Parameters(
      index = "0",
      paramLabel = "KIND",
      description = "Kind of record: ${COMPLETION-CANDIDATES}.")
  private Kind kind;

  @Parameters(index = "1", arity = "0..1", paramLabel = "KEY", description = "Which one.")
  private String key;

  private final Console console;

  DumpCommand(Environment environment) {
    this.console = environment.console();
  }

  @Override
  public Integer call() {
    if ((key == null) != (kind == Kind.APPLIED)) {
      throw CliException.usage(
          key == null
              ? kind.name().toLowerCase(Locale.ROOT) + " needs a KEY"
              : "applied takes no KEY");
    }
    NodeConfig config = home.config();
    Optional<HomeLock.Owner> owner = HomeLock.owner(home.node().lockFile());
    Optional<StoredLog> log =
        owner.isPresent() ? Optional.empty() : Optional.of(new StoredLog(config));
    console.line(find(config, log).orElseThrow(() -> missing(owner)).toPrettyString());
    return 0;
  }

  private CliException missing(Optional<HomeLock.Owner> owner) {
    String what = kind == Kind.ENTRY ? "in the fallback log" : "in the store";
    return CliException.failed(
        "no such record: "
            + key
            + " is not "
            + what
            + owner.map(by -> "; the log was not read, process " + by + " uses it").orElse(""));
  }

  private Optional<ObjectNode> find(NodeConfig config, Optional<StoredLog> log) {
    if (kind == Kind.ENTRY) {
      long height = height();
      return log.flatMap(all -> new LoggedRecords(all, 0).entry(height));
    }
    try (StoredChain chain = StoredChain.open(home.node(), config)) {
      DiskStore store = chain.store();
      Optional<ObjectNode> stored = read(store);
      long last = store.applied().getHeight();
      return log.map(all -> newer(stored, new LoggedRecords(all, last))).orElse(stored);
    } catch (StorageException e) {
      if (log.isEmpty()) {
        throw e;
      }
      console.error("the disk store does not give it: " + e.getMessage());
      return newer(Optional.empty(), new LoggedRecords(log.get(), 0));
    }
  }

  private Optional<ObjectNode> read(DiskStore store) {
    return switch (kind) {
      case BLOCK -> {
        requireKept(store, height());
        yield store.block(height()).map(ProtoJson::of);
      }
      case TX -> located(store, (at, slice) -> transaction(store.transactions(at, slice)));
      case RESULT -> located(store, (at, slice) -> messages(store.results(at, slice)));
      case LOG -> located(store, (at, slice) -> messages(store.logs(at, slice)));
      case STATE -> store.state(stateKey()).map(ProtoJson::of).map(this::withText);
      case META -> store.meta(key).map(value -> withText(bytes(value)));
      case APPLIED -> Optional.of(ProtoJson.of(store.applied()));
      case ENTRY -> Optional.empty();
    };
  }

  /** What the log has of it, in blocks that the store lacks, else what the store has. */
  private Optional<ObjectNode> newer(Optional<ObjectNode> stored, LoggedRecords log) {
    return switch (kind) {
      case BLOCK -> stored.or(() -> log.block(height()));
      case TX, RESULT, LOG -> {
        boolean succeeded = stored.map(node -> node.path("success").asBoolean()).orElse(false);
        yield log.transaction(hash())
            .filter(found -> found.location().getSuccess() || !succeeded)
            .map(this::located)
            .or(() -> stored);
      }
      case STATE -> log.state(stateKey()).map(this::written).orElse(stored);
      case META -> stored.or(() -> log.meta(key).map(value -> withText(bytes(value))));
      case APPLIED -> log.applied().or(() -> stored);
      case ENTRY -> Optional.empty();
    };
  }

  /** Empty where the key was deleted. */
  private Optional<ObjectNode> written(StateWrite write) {
    return write.isDelete()
        ? Optional.empty()
        : Optional.of(withText(ProtoJson.of(LoggedRecords.record(write))));
  }

  private ObjectNode located(LoggedRecords.Located found) {
    ObjectNode node = place(hash(), found.location());
    node.setAll(
        switch (kind) {
          case TX -> withText(Json.of().put("tx", ProtoJson.hex(found.tx())));
          case RESULT -> ProtoJson.of(found.result());
          default -> ProtoJson.of(found.events());
        });
    return node;
  }

  private static ObjectNode place(ByteString hash, TxLocation location) {
    ObjectNode node = Json.of().put("hash", ProtoJson.hex(hash));
    node.setAll(ProtoJson.of(location));
    return node;
  }

  private Optional<ObjectNode> located(DiskStore store, SliceReader reader) {
    ByteString hash = hash();
    Optional<TxLocation> location = store.locate(hash);
    if (location.isEmpty()) {
      return Optional.empty();
    }
    requireKept(store, location.get().getHeight());
    ObjectNode node = place(hash, location.get());
    int index = location.get().getIndex();
    List<ObjectNode> slice =
        reader.read(location.get().getHeight(), index / DiskStore.SLICE_LENGTH);
    if (index % DiskStore.SLICE_LENGTH >= slice.size()) {
      throw CliException.failed(
          "the index leads to block "
              + location.get().getHeight()
              + " at "
              + index
              + ", where nothing is: run varve check");
    }
    node.setAll(slice.get(index % DiskStore.SLICE_LENGTH));
    return Optional.of(node);
  }

  private static void requireKept(DiskStore store, long height) {
    if (height < store.chainFloor()) {
      throw CliException.failed(
          StorageException.Pruned.ofBlock(height, store.chainFloor()).getMessage()
              + " (retain.blocks in varve.toml)");
    }
  }

  private List<ObjectNode> transaction(List<ByteString> txs) {
    return txs.stream().map(tx -> withText(Json.of().put("tx", ProtoJson.hex(tx)))).toList();
  }

  private static List<ObjectNode> messages(List<? extends com.google.protobuf.Message> messages) {
    return messages.stream().map(ProtoJson::of).toList();
  }

  private static ObjectNode bytes(ByteString value) {
    return Json.of().put("value", ProtoJson.hex(value));
  }

  /** Adds what the bytes say where they are readable text. */
  private ObjectNode withText(ObjectNode node) {
    String name = node.has("tx") ? "tx" : "value";
    byte[] bytes = HexFormat.of().parseHex(node.path(name).asText());
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(java.nio.ByteBuffer.wrap(bytes)).toString();
      if (text.chars().noneMatch(Character::isISOControl)) {
        node.put(name + "_text", text);
      }
    } catch (CharacterCodingException e) {
      // Not text: the hex digits say it all.
      return node;
    }
    return node;
  }

  private long height() {
    if (!key.matches("\\d{1,18}")) {
      throw CliException.usage(
          kind.name().toLowerCase(Locale.ROOT) + " " + key + ": must be a height, a whole number");
    }
    return Long.parseLong(key);
  }

  private ByteString hash() {
    String digits = key.replaceFirst("^0x", "");
    if (!digits.matches("[0-9a-fA-F]{" + 2 * HASH_BYTES + "}")) {
      throw CliException.usage(
          "hash " + key + ": must be " + 2 * HASH_BYTES + " hex digits, the transaction's SHA-256");
    }
    return ByteString.copyFrom(HexFormat.of().parseHex(digits));
  }

  private ByteString stateKey() {
    if (!key.startsWith("0x")) {
      return USER_KEYS.concat(ByteString.copyFromUtf8(key));
    }
    try {
      return USER_KEYS.concat(ByteString.copyFrom(HexFormat.of().parseHex(key.substring(2))));
    } catch (IllegalArgumentException e) {
      throw CliException.usage("state " + key + ": must be an even count of hex digits after 0x");
    }
  }

  /** Reads the slice of a block that holds a transaction's record. */
  private interface SliceReader {
    List<ObjectNode> read(long height, int slice);
  }
}
