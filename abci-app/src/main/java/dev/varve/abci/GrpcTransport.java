package dev.varve.abci;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gRPC server: both services on one port, calls on a fixed number of threads. */
final class GrpcTransport implements AbciTransport {
  private static final Logger log = LoggerFactory.getLogger(GrpcTransport.class);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  /** Enough that a few slow queries do not hold up consensus and CheckTx. */
  private static final int CALL_THREADS = 16;

  /** Bounds what waits for those threads, per connection. */
  private static final int MAX_CONCURRENT_CALLS = 1024;

  private final Server server;
  private final ExecutorService executor;
  private final List<Thread> threads;
  private final AbciAddress address;

  private GrpcTransport(
      Server server, ExecutorService executor, List<Thread> threads, AbciAddress address) {
    this.server = server;
    this.executor = executor;
    this.threads = threads;
    this.address = address;
  }

  static GrpcTransport start(AbciServerConfig config, AbciApplication application)
      throws IOException {
    SocketAddress wanted = AbciAddress.parse(config.address()).socket();
    List<Thread> threads = new CopyOnWriteArrayList<>();
    ExecutorService executor =
        Executors.newFixedThreadPool(CALL_THREADS, factory(config.name(), threads));
    try {
      Server server =
          NettyServerBuilder.forAddress(wanted)
              .maxInboundMessageSize(config.maxMessageBytes())
              .maxConcurrentCallsPerConnection(MAX_CONCURRENT_CALLS)
              .executor(executor)
              .addServices(List.of(GrpcServices.v038(application), GrpcServices.v1(application)))
              .build()
              .start();
      AbciAddress bound = new AbciAddress(server.getListenSockets().get(0));
      return new GrpcTransport(server, executor, threads, bound);
    } catch (IOException | RuntimeException e) {
      executor.shutdownNow();
      throw e;
    }
  }

  private static ThreadFactory factory(String name, List<Thread> threads) {
    AtomicInteger number = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-grpc-" + number.incrementAndGet());
      thread.setDaemon(true);
      threads.removeIf(earlier -> earlier.getState() == Thread.State.TERMINATED);
      threads.add(thread);
      return thread;
    };
  }

  @Override
  public AbciAddress address() {
    return address;
  }

  @Override
  public void close() {
    server.shutdownNow();
    executor.shutdown();
    try {
      boolean ended =
          server.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
              && executor.awaitTermination(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        log.warn("ABCI server at {} did not end: a call is still running", address);
        return;
      }
      // The executor counts a thread as ended a moment before it is.
      for (Thread thread : threads) {
        thread.join(CLOSE_LIMIT.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
