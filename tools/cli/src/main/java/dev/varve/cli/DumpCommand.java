package dev.varve.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.varve.node.HomeLock;
import dev.varve.node.NodeConfig;
import dev.varve.node.StoredChain;
import dev.varve.node.StoredLog;
import dev.varve.storage.DiskStore;
import dev.varve.storage.Keys;
import dev.varve.storage.RecordType;
import dev.varve.storage.Seals;
import dev.varve.storage.StateWrite;
import dev.varve.storage.StorageException;
import dev.varve.storage.disk.copy.CopyRecord;
import dev.varve.storage.record.AppliedHeight;
import dev.varve.storage.record.BlockSeal;
import dev.varve.storage.record.DeletionRecord;
import dev.varve.storage.record.HistoryRecord;
import dev.varve.storage.record.TxLocation;
import dev.varve.storage.record.UndoSlice;
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
      "run, but then its log is not read; with leveldb it must be stopped. Changes nothing."
    },
    footer = {
      "",
      "KIND and KEY:",
      "  block HEIGHT             a block; applied: the last one that was made durable",
      "  marker HEIGHT            what the store notes of a block that it holds whole",
      "  tx HASH|HEIGHT:INDEX     a transaction; result, log: what executing it gave",
      "  state KEY                a key's value; KEY is text, or 0x and hex digits",
      "  deletion KEY             the block that deleted the key last, as far as history goes",
      "  history HEIGHT           what a block replaced of the state",
      "  commitment HEIGHT        what a block added to the commitment to the state",
      "  accepted HEIGHT:HASH     an accepted envelope; HEIGHT is its valid_until_height",
      "  meta NAME                a value with a name, such as ledger.chain_id",
      "  entry HEIGHT             a whole block as the fallback log has it",
      "With a cluster marker, deletion, history, commitment and accepted are those on the node's",
      "own disk.",
      "",
      "Examples:",
      "  varve dump --home D block 5",
      "  varve dump --home D tx 2C26B46B68FFC68FF99B453C1D30413413422D706483BFA0F98A5E886266E7AE",
      "  varve dump --home D result 5:0",
      "  varve dump --home D state a",
      "  varve dump --home D history 5",
      "  varve dump --home D entry 5"
    })
final class DumpCommand implements Callable<Integer> {
  /** Kinds of records. */
  private enum Kind {
    BLOCK,
    MARKER,
    TX,
    RESULT,
    LOG,
    STATE,
    DELETION,
    HISTORY,
    COMMITMENT,
    ACCEPTED,
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
  private String text;

  private DumpKey key;
  private final Console console;

  DumpCommand(Environment environment) {
    this.console = environment.console();
  }

  @Override
  public Integer call() {
    String named = kind.name().toLowerCase(Locale.ROOT);
    if ((text == null) != (kind == Kind.APPLIED)) {
      throw CliException.usage(text == null ? named + " needs a KEY" : "applied takes no KEY");
    }
    key = new DumpKey(named, text);
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
            + text
            + " is not "
            + what
            + owner.map(by -> "; the log was not read, process " + by + " uses it").orElse(""));
  }

  private Optional<ObjectNode> find(NodeConfig config, Optional<StoredLog> log) {
    if (kind == Kind.ENTRY) {
      long height = key.height();
      return log.flatMap(all -> new LoggedRecords(all, 0).entry(height));
    }
    try (StoredChain chain = StoredChain.open(home.node(), config)) {
      StoreFiles.tell(console, chain);
      DiskStore store = chain.store();
      Optional<ObjectNode> stored = read(chain);
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

  private Optional<ObjectNode> read(StoredChain chain) {
    DiskStore store = chain.store();
    return switch (kind) {
      case BLOCK -> {
        requireKept(store, key.height());
        Optional<BlockSeal> seal = store.seal(key.height());
        yield store.block(key.height()).map(block -> ProtoJson.of(Seals.complete(block, seal)));
      }
      case MARKER ->
          chain
              .record(RecordType.MARKER, Keys.chain(key.height(), RecordType.MARKER, 0))
              .map(record -> ProtoJson.of(record.parse(AppliedHeight.parser())));
      case TX -> located(store, (at, slice) -> transaction(store.transactions(at, slice)));
      case RESULT -> located(store, (at, slice) -> messages(store.results(at, slice)));
      case LOG -> located(store, (at, slice) -> messages(store.logs(at, slice)));
      case STATE -> store.state(key.stateKey()).map(ProtoJson::of).map(this::withText);
      case DELETION ->
          chain
              .record(RecordType.DELETION, key.stateKey().toByteArray())
              .map(record -> ProtoJson.of(record.parse(DeletionRecord.parser())));
      case HISTORY -> history(chain);
      case COMMITMENT ->
          chain
              .record(RecordType.COMMITMENT, Keys.height(key.height()))
              .map(record -> bytes(record.payload()));
      case ACCEPTED -> store.state(key.acceptedKey()).map(ProtoJson::of);
      case META -> store.meta(text).map(value -> withText(bytes(value)));
      case APPLIED -> Optional.of(ProtoJson.of(store.applied()));
      case ENTRY -> Optional.empty();
    };
  }

  private Optional<ObjectNode> history(StoredChain chain) {
    ArrayNode entries = Json.of().putArray("entries");
    ObjectNode[] node = {null};
    for (CopyRecord record : chain.history(key.height())) {
      if (record.type() == RecordType.HISTORY) {
        node[0] = ProtoJson.of(record.parse(HistoryRecord.parser()));
      } else {
        record
            .parse(UndoSlice.parser())
            .getEntriesList()
            .forEach(entry -> entries.add(ProtoJson.of(entry)));
      }
    }
    return Optional.ofNullable(node[0]).map(found -> (ObjectNode) found.set("entries", entries));
  }

  /** What the log has of it, in blocks that the store lacks, else what the store has. */
  private Optional<ObjectNode> newer(Optional<ObjectNode> stored, LoggedRecords log) {
    return switch (kind) {
      case BLOCK -> stored.or(() -> log.block(key.height()));
      case TX, RESULT, LOG -> {
        if (key.place().isPresent()) {
          yield stored.or(() -> log.transaction(key.place().get()).map(this::located));
        }
        boolean succeeded = stored.map(node -> node.path("success").asBoolean()).orElse(false);
        yield log.transaction(key.hash())
            .filter(found -> found.location().getSuccess() || !succeeded)
            .map(this::located)
            .or(() -> stored);
      }
      case STATE -> log.state(key.stateKey()).map(this::written).orElse(stored);
      case ACCEPTED -> log.state(key.acceptedKey()).map(this::written).orElse(stored);
      case DELETION -> log.deletion(key.stateKey()).map(ProtoJson::of).or(() -> stored);
      case COMMITMENT -> stored.or(() -> log.commitment(key.height()).map(DumpCommand::bytes));
      case META -> stored.or(() -> log.meta(text).map(value -> withText(bytes(value))));
      case APPLIED -> log.applied().or(() -> stored);
      case HISTORY, MARKER, ENTRY -> stored; // no log has them, or no store
    };
  }

  /** Empty where the key was deleted. */
  private Optional<ObjectNode> written(StateWrite write) {
    return write.isDelete()
        ? Optional.empty()
        : Optional.of(withText(ProtoJson.of(LoggedRecords.record(write))));
  }

  private ObjectNode located(LoggedRecords.Located found) {
    ObjectNode node = place(found.hash(), found.location());
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
    if (key.place().isPresent()) {
      DumpKey.Place place = key.place().get();
      requireKept(store, place.height());
      ObjectNode node = Json.of().put("height", place.height()).put("index", place.index());
      return at(reader, place).map(found -> (ObjectNode) node.setAll(found));
    }
    ByteString hash = key.hash();
    Optional<TxLocation> location = store.locate(hash);
    if (location.isEmpty()) {
      return Optional.empty();
    }
    DumpKey.Place place = new DumpKey.Place(location.get().getHeight(), location.get().getIndex());
    requireKept(store, place.height());
    ObjectNode found =
        at(reader, place)
            .orElseThrow(
                () ->
                    CliException.failed(
                        "the index leads to block "
                            + place.height()
                            + " at "
                            + place.index()
                            + ", where nothing is: run varve check"));
    ObjectNode node = place(hash, location.get());
    node.setAll(found);
    return Optional.of(node);
  }

  private static Optional<ObjectNode> at(SliceReader reader, DumpKey.Place place) {
    List<ObjectNode> slice = reader.read(place.height(), place.index() / DiskStore.SLICE_LENGTH);
    int index = place.index() % DiskStore.SLICE_LENGTH;
    return index < slice.size() ? Optional.of(slice.get(index)) : Optional.empty();
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

  /** Reads the slice of a block that holds a transaction's record. */
  private interface SliceReader {
    List<ObjectNode> read(long height, int slice);
  }
}
