package dev.varve.abci;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The socket server: one thread accepts, one serves each connection. */
final class SocketTransport implements AbciTransport {
  private static final Logger log = LoggerFactory.getLogger(SocketTransport.class);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
  private static final long ACCEPT_RETRY_MS = 100;

  private final AbciServerConfig config;
  private final ServerSocketChannel listener;
  private final AbciAddress address;
  private final Dispatcher dispatcher;
  private final AtomicReference<Dialect> dialect = new AtomicReference<>(Dialect.V0_38);
  private final Map<Connection, Thread> connections = new ConcurrentHashMap<>();

  /** Threads that are past their connection and about to end. */
  private final Set<Thread> ending = ConcurrentHashMap.newKeySet();

  private final Thread acceptor;
  private volatile boolean closing;

  private SocketTransport(
      AbciServerConfig config,
      ServerSocketChannel listener,
      AbciAddress address,
      AbciApplication application) {
    this.config = config;
    this.listener = listener;
    this.address = address;
    this.dispatcher = new Dispatcher(application);
    this.acceptor = new Thread(this::accept, config.name() + "-accept");
    acceptor.setDaemon(true);
  }

  static SocketTransport start(AbciServerConfig config, AbciApplication application)
      throws IOException {
    AbciAddress wanted = AbciAddress.parse(config.address());
    if (wanted.isUnix()) {
      UnixSocketFile.removeStale(wanted);
    }
    ServerSocketChannel listener =
        wanted.isUnix()
            ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
            : ServerSocketChannel.open();
    try {
      listener.bind(wanted.socket(), config.maxConnections());
      AbciAddress bound = new AbciAddress(listener.getLocalAddress());
      SocketTransport transport = new SocketTransport(config, listener, bound, application);
      transport.acceptor.start();
      return transport;
    } catch (IOException | RuntimeException e) {
      listener.close();
      throw e;
    }
  }

  @Override
  public AbciAddress address() {
    return address;
  }

  private void accept() {
    for (long number = 1; !closing; number++) {
      try {
        open(listener.accept(), number);
      } catch (ClosedChannelException e) {
        if (!closing) {
          log.error("ABCI server at {} was closed by another", address, e);
        }
        return;
      } catch (IOException | OutOfMemoryError e) {
        // Out of descriptors or threads: those that are open go on, the next may fit again.
        log.warn("ABCI server at {} could not accept a connection: {}", address, e.getMessage());
        pause();
      }
    }
  }

  private void open(SocketChannel channel, long number) throws IOException {
    String peer = address.isUnix() ? "unix peer " + number : peerName(channel);
    if (connections.size() >= config.maxConnections()) {
      log.warn(
          "ABCI connection from {} refused: {} are open, allowed are {}",
          peer,
          connections.size(),
          config.maxConnections());
      channel.close();
      return;
    }
    if (!address.isUnix()) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
    Connection connection =
        new Connection(channel, peer, config.maxMessageBytes(), dispatcher, dialect);
    Thread thread = new Thread(() -> serve(connection), config.name() + "-" + number);
    thread.setDaemon(true);
    connections.put(connection, thread);
    boolean started = false;
    try {
      thread.start();
      started = true;
    } finally {
      if (!started) {
        connections.remove(connection);
      }
      if (!started || closing) {
        connection.close();
      }
    }
  }

  private static String peerName(SocketChannel channel) throws IOException {
    return new AbciAddress(channel.getRemoteAddress()).toString();
  }

  private void serve(Connection connection) {
    try {
      connection.run();
    } finally {
      ending.removeIf(thread -> !thread.isAlive());
      ending.add(Thread.currentThread());
      connections.remove(connection);
    }
  }

  private void pause() {
    try {
      Thread.sleep(ACCEPT_RETRY_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closing = true;
    try {
      listener.close();
    } catch (IOException e) {
      log.warn("ABCI server at {} could not be closed: {}", address, e.getMessage());
    }
    if (address.isUnix()) {
      UnixSocketFile.remove(address.path());
    }
    connections.keySet().forEach(Connection::close);
    long deadlineNs = System.nanoTime() + CLOSE_LIMIT.toNanos();
    join(acceptor, deadlineNs);
    connections.forEach(
        (connection, thread) -> {
          if (!join(thread, deadlineNs)) {
            log.warn(
                "ABCI connection from {} did not end: a call is still running", connection.peer());
          }
        });
    ending.forEach(thread -> join(thread, deadlineNs));
  }

  private static boolean join(Thread thread, long deadlineNs) {
    try {
      long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
      thread.join(Math.max(1, leftMs));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }
}
