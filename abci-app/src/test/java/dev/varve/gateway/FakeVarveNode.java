package dev.varve.gateway;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.RequestQuery;
import dev.varve.abci.types.ResponseCheckTx;
import dev.varve.abci.types.ResponseQuery;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A node's RPC over a simulated chain: each transaction that is sent becomes a block. */
final class FakeVarveNode {
  private static final Pattern ID = Pattern.compile("\"id\":(\\d+)");

  private final SimChain chain;

  FakeVarveNode(SimChain chain) {
    this.chain = chain;
  }

  void serve(FakeRpc rpc) {
    rpc.messages =
        (session, text) -> {
          ByteString tx = ByteString.copyFrom(Base64.getDecoder().decode(member(text, "tx")));
          if (chain.check(tx) == 0) {
            chain.block(List.of(tx));
          }
          session.send(answer(text, "{\"code\":0}"));
        };
    rpc.requests = body -> answer(body, result(member(body, "method"), body));
  }

  private String result(String method, String body) {
    return switch (method) {
      case "abci_info" ->
          "{\"response\":{\"data\":\"varve\",\"last_block_height\":\"" + chain.height() + "\"}}";
      case "status" -> "{\"sync_info\":{\"earliest_block_height\":\"1\"}}";
      case "block" ->
          "{\"block\":{\"data\":{\"txs\":["
              + in(body)
                  .map(each -> "\"" + base64(each.tx()) + "\"")
                  .collect(Collectors.joining(","))
              + "]}}}";
      case "block_results" ->
          "{\"txs_results\":["
              + in(body)
                  .map(each -> "{\"code\":" + each.code() + "}")
                  .collect(Collectors.joining(","))
              + "]}";
      case "abci_query" -> query(body);
      case "check_tx" -> check(body);
      default -> throw new AssertionError(body);
    };
  }

  private Stream<SimChain.Inclusion> in(String body) {
    long height = Long.parseLong(member(body, "height"));
    synchronized (chain) {
      return List.copyOf(chain.inclusions).stream().filter(each -> each.height() == height);
    }
  }

  private String query(String body) {
    ResponseQuery answer =
        chain.chain.query(
            RequestQuery.newBuilder()
                .setPath(member(body, "path"))
                .setData(ByteString.copyFrom(HexFormat.of().parseHex(member(body, "data"))))
                .build());
    return "{\"response\":{\"code\":"
        + answer.getCode()
        + ",\"height\":\""
        + answer.getHeight()
        + "\",\"log\":\"a log\",\"codespace\":\""
        + answer.getCodespace()
        + "\",\"value\":\""
        + base64(answer.getValue())
        + "\"}}";
  }

  private String check(String body) {
    ResponseCheckTx check =
        chain.chain.check(ByteString.copyFrom(Base64.getDecoder().decode(member(body, "tx"))));
    return "{\"code\":" + check.getCode() + ",\"codespace\":\"" + check.getCodespace() + "\"}";
  }

  private static String answer(String request, String result) {
    Matcher id = ID.matcher(request);
    if (!id.find()) {
      throw new AssertionError(request);
    }
    return "{\"jsonrpc\":\"2.0\",\"id\":" + id.group(1) + ",\"result\":" + result + "}";
  }

  private static String member(String json, String name) {
    Matcher matcher = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
    return matcher.find() ? matcher.group(1) : "";
  }

  private static String base64(ByteString bytes) {
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }
}
