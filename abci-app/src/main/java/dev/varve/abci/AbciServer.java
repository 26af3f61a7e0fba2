package dev.varve.abci;

import java.io.IOException;
import java.nio.channels.UnresolvedAddressException;

/**
 * Serves an {@link AbciApplication} to CometBFT nodes over sockets or gRPC; the package says how.
 *
 * <p>Threads: all methods may be called from any thread. The application is called from the
 * server's own threads, as {@link AbciApplication} promises, whatever the peers do.
 */
public final class AbciServer implements AutoCloseable {
  private final AbciTransport transport;

  private AbciServer(AbciTransport transport) {
    this.transport = transport;
  }

  /**
   * Binds the address and serves until {@link #close}.
   *
   * @throws AbciServerException when the address cannot be bound
   */
  public static AbciServer start(AbciServerConfig config, AbciApplication application) {
    AbciApplication serial = new SerialConsensus(application);
    try {
      return new AbciServer(
          switch (config.transport()) {
            case SOCKET -> SocketTransport.start(config, serial);
            case GRPC -> GrpcTransport.start(config, serial);
          });
    } catch (UnresolvedAddressException e) {
      throw new AbciServerException(
          "ABCI server cannot listen at " + config.address() + ": the host is not known", e);
    } catch (IOException e) {
      throw new AbciServerException(
          "ABCI server cannot listen at " + config.address() + ": " + reason(e), e);
    }
  }

  private static String reason(IOException failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return String.valueOf(cause.getMessage());
  }

  /** Where it listens, as {@code proxy_app} writes it; a port of 0 is the real one here. */
  public String address() {
    return transport.address().toString();
  }

  /** Ends connections and threads; a call still running in the application is waited for 5 s. */
  @Override
  public void close() {
    transport.close();
  }
}
