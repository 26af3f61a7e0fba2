package dev.varve.bench.abci;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.ExecTxResult;
import dev.varve.abci.types.Request;
import dev.varve.abci.types.Response;
import dev.varve.abci.types.ResponseCheckTx;
import dev.varve.abci.types.ResponseCommit;
import dev.varve.abci.types.ResponseFinalizeBlock;
import dev.varve.abci.types.ResponseFlush;
import dev.varve.abci.types.ResponseInfo;
import dev.varve.abci.types.ResponseInitChain;
import dev.varve.abci.types.ResponsePrepareProposal;
import dev.varve.abci.types.ResponseProcessProposal;
import dev.varve.abci.types.ResponseProcessProposal.ProposalStatus;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;

/** Answers every call as a good application would; {@code twist} makes it a bad one. */
final class FakeServer implements AutoCloseable {
  private final ServerSocket listener;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final UnaryOperator<Response> twist;
  private final List<Socket> sockets = Collections.synchronizedList(new ArrayList<>());
  private final List<Request> seen = Collections.synchronizedList(new ArrayList<>());
  private final long startHeight;

  FakeServer(long startHeight, UnaryOperator<Response> twist) throws IOException {
    this(0, startHeight, twist);
  }

  private FakeServer(int port, long startHeight, UnaryOperator<Response> twist) throws IOException {
    this.startHeight = startHeight;
    this.twist = twist;
    this.listener = new ServerSocket(port, 16, InetAddress.getLoopbackAddress());
    threads.execute(this::accept);
  }

  /** Serves on a port until the process is ended. */
  public static void main(String[] args) throws IOException {
    FakeServer server = new FakeServer(Integer.parseInt(args[0]), 0, UnaryOperator.identity());
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    server.close();
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                }));
  }

  String address() {
    return "tcp://127.0.0.1:" + listener.getLocalPort();
  }

  List<Request> seen(Request.ValueCase kind) {
    synchronized (seen) {
      return seen.stream().filter(request -> request.getValueCase() == kind).toList();
    }
  }

  int connections() {
    return sockets.size();
  }

  private void accept() {
    try {
      while (!listener.isClosed()) {
        Socket socket = listener.accept();
        sockets.add(socket);
        threads.execute(() -> serve(socket));
      }
    } catch (IOException e) {
      failUnlessClosed(e);
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = new BufferedOutputStream(socket.getOutputStream());
      for (Request request = Request.parseDelimitedFrom(in);
          request != null;
          request = Request.parseDelimitedFrom(in)) {
        seen.add(request);
        twist.apply(answer(request)).writeDelimitedTo(out);
        if (request.hasFlush()) {
          out.flush();
        }
      }
    } catch (IOException e) {
      failUnlessClosed(e);
    }
  }

  private void failUnlessClosed(IOException e) {
    // A driver that gives up resets its connections; the test looks at what it says instead.
    if (!listener.isClosed() && sockets.isEmpty()) {
      throw new UncheckedIOException(e);
    }
  }

  private Response answer(Request request) {
    Response.Builder response = Response.newBuilder();
    switch (request.getValueCase()) {
      case FLUSH -> response.setFlush(ResponseFlush.getDefaultInstance());
      case INFO -> response.setInfo(ResponseInfo.newBuilder().setLastBlockHeight(startHeight));
      case INIT_CHAIN -> response.setInitChain(ResponseInitChain.getDefaultInstance());
      case CHECK_TX -> response.setCheckTx(ResponseCheckTx.getDefaultInstance());
      case PREPARE_PROPOSAL ->
          response.setPrepareProposal(
              ResponsePrepareProposal.newBuilder()
                  .addAllTxs(request.getPrepareProposal().getTxsList()));
      case PROCESS_PROPOSAL ->
          response.setProcessProposal(
              ResponseProcessProposal.newBuilder().setStatus(ProposalStatus.ACCEPT));
      case FINALIZE_BLOCK -> response.setFinalizeBlock(results(request));
      case COMMIT -> response.setCommit(ResponseCommit.getDefaultInstance());
      default -> throw new IllegalStateException("unexpected " + request.getValueCase());
    }
    return response.build();
  }

  private static ResponseFinalizeBlock.Builder results(Request request) {
    ResponseFinalizeBlock.Builder results = ResponseFinalizeBlock.newBuilder();
    for (ByteString tx : request.getFinalizeBlock().getTxsList()) {
      results.addTxResults(ExecTxResult.newBuilder().setData(tx).setLog("ok"));
    }
    return results;
  }

  @Override
  public void close() throws IOException {
    listener.close();
    synchronized (sockets) {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    threads.shutdownNow();
  }
}
