package dev.varve.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.varve.ledger.HeaderHash;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.fixture.BatchBuilder;
import dev.varve.storage.fixture.SealMaker;
import dev.varve.storage.record.BlockCommit;
import dev.varve.storage.record.BlockHeader;
import dev.varve.storage.record.BlockId;
import dev.varve.storage.record.BlockRecord;
import dev.varve.storage.record.BlockSeal;
import dev.varve.storage.record.CommitSignature;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/** Answers {@code /status} and {@code /commit} as a CometBFT node does, and worse. */
final class FakeNode implements AutoCloseable {
  enum Mood {
    WELL,
    GARBAGE,
    ERROR,
    /** A body without an end. */
    ENDLESS,
    /** No answer. */
    SILENT
  }

  final List<String> requests = new CopyOnWriteArrayList<>();
  final Map<Long, BlockSeal> altered = new ConcurrentHashMap<>();
  volatile Mood mood = Mood.WELL;
  volatile long earliest = 1;
  volatile long latest;
  private final HttpServer server;
  private final CountDownLatch closed = new CountDownLatch(1);

  FakeNode() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(task -> new Thread(task, "fake-node").start());
    server.createContext("/", this::answer);
    server.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** The header of a block, its state that after the block before. */
  private static BlockHeader header(long height) {
    Timestamp time = Timestamp.newBuilder().setSeconds(1_700_000_000L + height).setNanos(7).build();
    BlockRecord block = BlockRecord.newBuilder().setHeight(height).setTime(time).build();
    return SealMaker.of(block).getHeader().toBuilder().setAppHash(appHash(height - 1)).build();
  }

  private static ByteString appHash(long height) {
    return BatchBuilder.sha256(ByteString.copyFromUtf8("app " + height));
  }

  static BlockSeal seal(long height) {
    BlockHeader header = header(height);
    BlockRecord block =
        BlockRecord.newBuilder().setHeight(height).setHash(HeaderHash.of(header)).build();
    return BlockSeal.newBuilder()
        .setHeader(header)
        .setCommit(SealMaker.of(block).getCommit())
        .build();
  }

  /** What the application was given of the block. */
  static BlockBatch batch(long height) {
    BlockBatch batch = BatchBuilder.at(height).tx("t" + height, 0).appHash(appHash(height)).build();
    BlockHeader header = header(height);
    BlockRecord block =
        batch.block().toBuilder()
            .setHash(HeaderHash.of(header))
            .setTime(header.getTime())
            .setProposerAddress(header.getProposerAddress())
            .build();
    return new BlockBatch(
        block,
        batch.txs(),
        batch.txHashes(),
        batch.results(),
        batch.logs(),
        batch.stateWrites(),
        batch.commitment(),
        batch.commitmentFloor(),
        batch.meta());
  }

  private void answer(HttpExchange exchange) throws IOException {
    requests.add(exchange.getRequestURI().toString());
    try (exchange) {
      switch (mood) {
        case WELL -> send(exchange, body(exchange.getRequestURI()));
        case GARBAGE -> send(exchange, "<html>no node</html>");
        case ERROR -> send(exchange, error("something is wrong"));
        case ENDLESS -> sendEndless(exchange);
        case SILENT -> closed.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void send(HttpExchange exchange, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.sendResponseHeaders(body.contains("\"error\"") ? 500 : 200, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private void sendEndless(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    byte[] piece = " ".repeat(1 << 16).getBytes(UTF_8);
    while (closed.getCount() > 0) {
      exchange.getResponseBody().write(piece);
    }
  }

  private String body(URI uri) {
    if (uri.getPath().equals("/status")) {
      return result(
          "{\"sync_info\":{\"latest_block_height\":\"%d\",\"earliest_block_height\":\"%d\"}}"
              .formatted(latest, earliest));
    }
    long height = Long.parseLong(uri.getQuery().substring("height=".length()));
    if (height > latest) {
      return error("height must be less than or equal to the current blockchain height");
    }
    if (height < earliest) {
      return error("height is not available, lowest height is " + earliest);
    }
    return result(
        "{\"signed_header\":%s,\"canonical\":%s}"
            .formatted(json(altered.getOrDefault(height, seal(height))), height < latest));
  }

  private static String result(String result) {
    return "{\"jsonrpc\":\"2.0\",\"id\":-1,\"result\":" + result + "}";
  }

  private static String error(String data) {
    return "{\"jsonrpc\":\"2.0\",\"id\":-1,\"error\":"
        + "{\"code\":-32603,\"message\":\"Internal error\",\"data\":\""
        + data
        + "\"}}";
  }

  private static String json(BlockSeal seal) {
    BlockHeader header = seal.getHeader();
    List<String> fields = new ArrayList<>();
    fields.add(
        "\"version\":{\"block\":\"%d\",\"app\":\"%d\"}"
            .formatted(header.getVersionBlock(), header.getVersionApp()));
    fields.add("\"chain_id\":\"" + header.getChainId() + "\"");
    fields.add("\"height\":\"" + header.getHeight() + "\"");
    fields.add("\"time\":\"" + time(header.getTime()) + "\"");
    fields.add("\"last_block_id\":" + id(header.getLastBlockId()));
    hash(fields, "last_commit_hash", header.getLastCommitHash());
    hash(fields, "data_hash", header.getDataHash());
    hash(fields, "validators_hash", header.getValidatorsHash());
    hash(fields, "next_validators_hash", header.getNextValidatorsHash());
    hash(fields, "consensus_hash", header.getConsensusHash());
    hash(fields, "app_hash", header.getAppHash());
    hash(fields, "last_results_hash", header.getLastResultsHash());
    hash(fields, "evidence_hash", header.getEvidenceHash());
    hash(fields, "proposer_address", header.getProposerAddress());
    BlockCommit commit = seal.getCommit();
    return "{\"header\":{%s},\"commit\":{\"height\":\"%d\",\"round\":%d,\"block_id\":%s,"
            .formatted(
                String.join(",", fields),
                commit.getHeight(),
                commit.getRound(),
                id(commit.getBlockId()))
        + commit.getSignaturesList().stream()
            .map(FakeNode::signature)
            .collect(Collectors.joining(",", "\"signatures\":[", "]}}"));
  }

  private static void hash(List<String> fields, String name, ByteString value) {
    fields.add("\"" + name + "\":\"" + hex(value) + "\"");
  }

  private static String signature(CommitSignature signature) {
    boolean absent = signature.getSignature().isEmpty();
    byte[] bytes = signature.getSignature().toByteArray();
    return ("{\"block_id_flag\":%d,\"validator_address\":\"%s\","
            + "\"timestamp\":\"%s\",\"signature\":%s}")
        .formatted(
            signature.getBlockIdFlag(),
            hex(signature.getAddress()),
            absent ? "0001-01-01T00:00:00Z" : time(signature.getTime()),
            absent ? "null" : "\"" + Base64.getEncoder().encodeToString(bytes) + "\"");
  }

  private static String id(BlockId id) {
    return "{\"hash\":\"%s\",\"parts\":{\"total\":%d,\"hash\":\"%s\"}}"
        .formatted(hex(id.getHash()), id.getPartsTotal(), hex(id.getPartsHash()));
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().withUpperCase().formatHex(bytes.toByteArray());
  }

  private static String time(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).toString();
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
  }
}
