package dev.varve.abci;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.varve.abci.types.Request;
import dev.varve.abci.types.RequestInfo;
import dev.varve.abci.types.Response;
import dev.varve.abci.types.ResponseException;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One peer's stream of requests, answered in order on the thread that runs this; {@link #close} may
 * come from any thread and ends it.
 *
 * <p>Invariant: nothing is waited for while an answer is withheld, other than the application.
 */
final class Connection implements Runnable, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Connection.class);

  private final SocketChannel channel;
  private final String peer;
  private final Dispatcher dispatcher;
  private final AtomicReference<Dialect> serverDialect;
  private final FrameReader reader;
  private final FrameWriter writer;
  private Dialect dialect;
  private volatile boolean closing;

  Connection(
      SocketChannel channel,
      String peer,
      int maxMessageBytes,
      Dispatcher dispatcher,
      AtomicReference<Dialect> serverDialect) {
    this.channel = channel;
    this.peer = peer;
    this.dispatcher = dispatcher;
    this.serverDialect = serverDialect;
    this.reader = new FrameReader(channel, maxMessageBytes);
    this.writer = new FrameWriter(channel);
  }

  @Override
  public void run() {
    try {
      serve();
    } catch (BadFrameException e) {
      log.warn("ABCI connection from {} closed: {}", peer, e.getMessage());
      pushAnswersBeforeFault();
    } catch (IOException e) {
      if (!closing) {
        log.warn("ABCI connection from {} lost: {}", peer, String.valueOf(e.getMessage()));
      }
    } catch (RuntimeException | Error e) {
      log.error("ABCI connection from {} closed: the server failed", peer, e);
    } finally {
      close();
    }
  }

  private void serve() throws IOException {
    while (reader.next()) {
      Dialect spoken = dialect == null ? serverDialect.get() : dialect;
      Request request = parse(spoken);
      settleDialect(request, spoken);
      MessageLite answer;
      try {
        answer = spoken.encode(dispatcher.dispatch(request));
      } catch (CallOrderException e) {
        log.warn(
            "ABCI connection from {} closed: {} refused: {}",
            peer,
            request.getValueCase(),
            e.getMessage());
        sendException(request, e);
        return;
      } catch (RuntimeException | Error e) {
        log.error(
            "ABCI connection from {} closed: the application failed in {}",
            peer,
            request.getValueCase(),
            e);
        sendException(request, e);
        return;
      }
      writer.write(answer);
      if (request.hasFlush() || !reader.hasNext()) {
        writer.flush();
      }
    }
    writer.flush();
  }

  private Request parse(Dialect spoken) throws BadFrameException {
    Request request;
    try {
      request = spoken.parse(reader.array(), reader.offset(), reader.length());
    } catch (InvalidProtocolBufferException e) {
      throw new BadFrameException(
          "a message of " + reader.length() + " bytes is no ABCI request: " + e.getMessage(), e);
    }
    if (request.getValueCase() == Request.ValueCase.VALUE_NOT_SET) {
      throw new BadFrameException(
          "a message of "
              + reader.length()
              + " bytes holds no known request (its field numbers are "
              + request.getUnknownFields().asMap().keySet()
              + ")");
    }
    return request;
  }

  /**
   * A connection keeps the dialect it began with, so that a tool of another version asking Info on
   * its own connection does not disturb a node's.
   */
  private void settleDialect(Request request, Dialect spoken) {
    switch (request.getValueCase()) {
      case ECHO, FLUSH -> {}
      case INFO -> learnFrom(request.getInfo(), spoken);
      default -> dialect = spoken;
    }
  }

  private void learnFrom(RequestInfo info, Dialect spoken) {
    Optional<Dialect> told = Dialect.of(info);
    if (told.isPresent()) {
      dialect = told.get();
      serverDialect.set(dialect);
    } else if (dialect == null) {
      dialect = spoken;
      log.warn(
          "ABCI connection from {}: version \"{}\" of node \"{}\" is not known, known are 2.0 and"
              + " 2.1; answering as {}",
          peer,
          info.getAbciVersion(),
          info.getVersion(),
          spoken);
    }
  }

  private void sendException(Request request, Throwable cause) {
    String error = request.getValueCase() + " failed: " + cause;
    ResponseException exception = ResponseException.newBuilder().setError(error).build();
    try {
      writer.write(Response.newBuilder().setException(exception).build());
      writer.flush();
      LingeringClose.await(channel);
    } catch (IOException e) {
      log.debug("the exception could not be sent to {}", peer, e);
    }
  }

  private void pushAnswersBeforeFault() {
    try {
      writer.flush();
      LingeringClose.await(channel);
    } catch (IOException e) {
      log.debug("the last answers could not be sent to {}", peer, e);
    }
  }

  String peer() {
    return peer;
  }

  @Override
  public void close() {
    closing = true;
    try {
      channel.close();
    } catch (IOException e) {
      log.debug("closing the connection from {} failed", peer, e);
    }
  }
}
