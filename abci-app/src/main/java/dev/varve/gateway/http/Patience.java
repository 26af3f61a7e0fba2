package dev.varve.gateway.http;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Closes connections on which a request, or an answer, takes too long to come through. Jetty's idle
 * time-out alone does not: every byte starts it again.
 */
final class Patience implements Connection.Listener {
  private static final long MOST_PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final long requestNanos;
  private final long answerNanos;
  private final long periodNanos;
  private final Scheduler timer;
  private final Map<Connection, Patient> patients = new ConcurrentHashMap<>();
  private volatile boolean stopped;

  Patience(GatewayTimeouts timeouts, Scheduler timer) {
    this.requestNanos = timeouts.request().toNanos();
    this.answerNanos = timeouts.idle().toNanos();
    this.periodNanos = Math.min(MOST_PERIOD_NANOS, requestNanos / 4);
    this.timer = timer;
  }

  /** Starts to look through connections, until {@link #stop}. */
  void start() {
    timer.schedule(this::look, Duration.ofNanos(periodNanos));
  }

  void stop() {
    stopped = true;
  }

  /** The connection that a request came over. */
  Patient of(ConnectionMetaData connection) {
    Patient patient = patients.get(connection.getConnection());
    // A connection that is gone already: nobody looks at this one.
    return patient == null ? new Patient(connection.getConnection()) : patient;
  }

  @Override
  public void onOpened(Connection connection) {
    // Not what lies below TLS, and not WebSocket, which has an end of its own.
    if (connection instanceof ConnectionMetaData) {
      Patient patient = new Patient(connection);
      patient.expect(requestNanos);
      patients.put(connection, patient);
    }
  }

  @Override
  public void onClosed(Connection connection) {
    patients.remove(connection);
  }

  private void look() {
    long now = System.nanoTime();
    for (Patient patient : patients.values()) {
      patient.look(now);
    }
    if (!stopped) {
      start();
    }
  }

  /** One connection. Threads: any; what it expects is told by one at a time. */
  final class Patient {
    private final Connection connection;
    private boolean expecting;
    private long deadline;
    private boolean busy;
    private long bytesAtRest;

    private Patient(Connection connection) {
      this.connection = connection;
    }

    private synchronized void expect(long nanos) {
      expecting = true;
      deadline = System.nanoTime() + nanos;
    }

    /** The headers of a request are there. */
    synchronized void begun(boolean hasBody) {
      busy = true;
      if (hasBody) {
        expect(requestNanos);
      } else {
        expecting = false;
      }
    }

    /** A request is there whole: now it is the gateway's turn. */
    synchronized void received() {
      expecting = false;
    }

    /** An answer is on its way. */
    void answering() {
      expect(answerNanos);
    }

    /** A request has been answered. */
    synchronized void rests() {
      busy = false;
      expecting = false;
      bytesAtRest = connection.getBytesIn();
    }

    private void look(long now) {
      boolean over;
      synchronized (this) {
        if (!expecting && !busy && connection.getBytesIn() > bytesAtRest) {
          // The first bytes of the next request have come.
          expect(requestNanos);
        }
        over = expecting && now - deadline > 0;
      }
      if (over) {
        connection.getEndPoint().close();
      }
    }
  }
}
