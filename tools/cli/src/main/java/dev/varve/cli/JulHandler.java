package dev.varve.cli;

import java.text.MessageFormat;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import org.slf4j.LoggerFactory;

/** Sends what libraries log with java.util.logging where all other logs go. */
final class JulHandler extends Handler {
  // Here gRPC logs, with a stack trace, what a peer sent that is no HTTP/2.
  private static final String GRPC_CONNECTIONS = "NettyServerTransport.connections";

  /** Takes the place of the handlers that write to the console. */
  static void install() {
    LogManager.getLogManager().reset();
    LogManager.getLogManager().getLogger("").addHandler(new JulHandler());
  }

  @Override
  public void publish(LogRecord entry) {
    String name = entry.getLoggerName() == null ? "java.util.logging" : entry.getLoggerName();
    boolean peersFault = name.endsWith(GRPC_CONNECTIONS) && entry.getThrown() != null;
    LoggerFactory.getLogger(name)
        .atLevel(level(entry.getLevel()))
        .setCause(peersFault ? null : entry.getThrown())
        .log(
            peersFault ? "gRPC connection closed: " + entry.getThrown().getMessage() : text(entry));
  }

  private static org.slf4j.event.Level level(Level level) {
    if (level.intValue() >= Level.SEVERE.intValue()) {
      return org.slf4j.event.Level.ERROR;
    }
    if (level.intValue() >= Level.WARNING.intValue()) {
      return org.slf4j.event.Level.WARN;
    }
    return level.intValue() >= Level.INFO.intValue()
        ? org.slf4j.event.Level.INFO
        : org.slf4j.event.Level.DEBUG;
  }

  private static String text(LogRecord entry) {
    Object[] parameters = entry.getParameters();
    boolean plain = parameters == null || parameters.length == 0 || entry.getMessage() == null;
    return plain
        ? String.valueOf(entry.getMessage())
        : MessageFormat.format(entry.getMessage(), parameters);
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
