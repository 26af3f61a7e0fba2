package dev.varve.gateway.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** JSON-RPC over POST, single and in batches. */
final class RpcPost {
  private static final byte[] EMPTY = {};
  // Of a header that tells about a batch; a longer one, clients would refuse.
  private static final int MOST_HEADER_CHARACTERS = 4_000;

  private final Rpc rpc;
  private final NodeClient node;
  private final Executor threads;
  private final int maxItems;

  /**
   * Over what answers.
   *
   * @param threads that write answers, so that those of the uplink are not kept
   */
  RpcPost(Rpc rpc, NodeClient node, Executor threads, int maxItems) {
    this.rpc = rpc;
    this.node = node;
    this.threads = threads;
    this.maxItems = maxItems;
  }

  /** Answers a request whose body is there. */
  void handle(Exchange exchange, byte[] bytes) {
    if (bytes.length == 0) {
      node.forward(exchange, bytes, null);
      return;
    }
    RpcRequest.Body body;
    try {
      body = RpcRequest.parse(bytes, maxItems);
    } catch (RpcException e) {
      exchange.failure(e.status(), e, null);
      return;
    }
    List<RpcRequest> requests = new ArrayList<>(body.requests());
    requests.removeIf(RpcRequest::isNotification);
    if (requests.isEmpty()) {
      exchange.json(200, EMPTY);
    } else if (!body.batch()) {
      single(exchange, requests.get(0), bytes);
    } else {
      new Batch(exchange, requests).next();
    }
  }

  private void single(Exchange exchange, RpcRequest request, byte[] bytes) {
    if (!Rpc.owns(request.method())) {
      try {
        Rpc.require(exchange.caller(), request.method());
      } catch (RpcException e) {
        exchange.failure(e.status(), e, request.id());
        return;
      }
      node.forward(exchange, bytes, request.id());
      return;
    }
    exchange.watch(
        rpc.call(request.method(), names -> JsonArguments.parse(request, names), exchange.caller())
            .thenAcceptAsync(reply -> answer(exchange, request, bytes, reply), threads));
  }

  private void answer(Exchange exchange, RpcRequest request, byte[] bytes, RpcReply reply) {
    if (reply instanceof RpcReply.PassOn) {
      node.forward(exchange, bytes, request.id());
      return;
    }
    if (reply instanceof RpcReply.Result result) {
      exchange.source(result.source(), result.height());
      exchange.json(200, result.toResponse(request.id()));
    } else if (reply instanceof RpcReply.Failure failure) {
      RpcException error = failure.error();
      // As the node does it: an error is an answer. What no node says has its own status.
      int status = error.status() == RpcException.FORBIDDEN ? RpcException.FORBIDDEN : 200;
      exchange.failure(status, error, request.id());
    }
  }

  /** The requests of a batch, in their order, each after the one before it. */
  private final class Batch {
    private final Exchange exchange;
    private final List<RpcRequest> requests;
    private final List<byte[]> responses = new ArrayList<>();
    private final StringBuilder sources = new StringBuilder();

    Batch(Exchange exchange, List<RpcRequest> requests) {
      this.exchange = exchange;
      this.requests = requests;
    }

    void next() {
      int at = responses.size();
      if (at == requests.size()) {
        write();
        return;
      }
      List<Broadcasts.Call> calls = broadcasts(at);
      if (!calls.isEmpty()) {
        List<CompletableFuture<RpcReply>> replies = rpc.sendAll(calls);
        exchange.watch(
            CompletableFuture.allOf(replies.toArray(CompletableFuture[]::new))
                .thenRunAsync(() -> taken(at, replies), threads));
        return;
      }
      RpcRequest request = requests.get(at);
      CompletableFuture<RpcReply> reply =
          Rpc.owns(request.method())
              ? rpc.call(
                  request.method(), names -> JsonArguments.parse(request, names), exchange.caller())
              : CompletableFuture.completedFuture(allowed(request));
      exchange.watch(reply.thenAcceptAsync(one -> answered(request, one), threads));
    }

    private RpcReply allowed(RpcRequest request) {
      try {
        Rpc.require(exchange.caller(), request.method());
        return new RpcReply.PassOn();
      } catch (RpcException e) {
        return new RpcReply.Failure(e);
      }
    }

    /** The broadcasts that follow each other from a request on; those with bad arguments end it. */
    private List<Broadcasts.Call> broadcasts(int from) {
      List<Broadcasts.Call> calls = new ArrayList<>();
      for (int i = from; i < requests.size(); i++) {
        RpcRequest request = requests.get(i);
        Broadcasts.Mode mode = Rpc.mode(request.method());
        if (mode == null || !exchange.caller().may(Scope.WRITE)) {
          break;
        }
        try {
          Arguments arguments = JsonArguments.parse(request, Rpc.BROADCAST_NAMES);
          calls.add(new Broadcasts.Call(mode, arguments.bytes("tx")));
        } catch (RpcException e) {
          // Answered as a request of its own, when its turn comes.
          break;
        }
      }
      return calls;
    }

    private void taken(int from, List<CompletableFuture<RpcReply>> replies) {
      for (int i = 0; i < replies.size(); i++) {
        add(requests.get(from + i), replies.get(i).join());
      }
      next();
    }

    private void answered(RpcRequest request, RpcReply reply) {
      if (!(reply instanceof RpcReply.PassOn)) {
        add(request, reply);
        next();
        return;
      }
      exchange.watch(
          node.call(request.bytes())
              .exceptionally(
                  failure -> new RpcReply.Failure(Failures.toRpc(failure)).toResponse(request.id()))
              .thenAcceptAsync(bytes -> passedOn(request, bytes), threads));
    }

    private void passedOn(RpcRequest request, byte[] bytes) {
      if (isObject(bytes)) {
        sources.append(sources.isEmpty() ? "node" : ", node");
        responses.add(bytes);
      } else {
        RpcException garbage = RpcException.internal("the node's answer is no JSON object");
        add(request, new RpcReply.Failure(garbage));
      }
      next();
    }

    private void add(RpcRequest request, RpcReply reply) {
      String source = reply instanceof RpcReply.Result result ? result.source().word() : "none";
      sources.append(sources.isEmpty() ? "" : ", ").append(source);
      if (reply instanceof RpcReply.Failure failure && failure.error().isBusy()) {
        exchange.retryLater();
      }
      responses.add(reply.toResponse(request.id()));
    }

    private void write() {
      if (sources.length() <= MOST_HEADER_CHARACTERS) {
        exchange.header(Exchange.SOURCE, sources.toString());
      }
      if (responses.size() == 1) {
        // As the node does it: a batch of one is answered without the list.
        exchange.json(200, responses.get(0));
        return;
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      char before = '[';
      for (byte[] response : responses) {
        bytes.write(before);
        bytes.writeBytes(response);
        before = ',';
      }
      bytes.write(']');
      exchange.json(200, bytes.toByteArray());
    }
  }

  private static boolean isObject(byte[] bytes) {
    try (JsonParser json = Json.parser(bytes, 0, bytes.length)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      json.skipChildren();
      return json.nextToken() == null;
    } catch (JsonProcessingException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory does not fail", e);
    }
  }
}
