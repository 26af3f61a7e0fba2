package dev.varve.abci;

/** A listening server of one kind. */
interface AbciTransport extends AutoCloseable {
  AbciAddress address();

  /** Ends the listener, its connections and its threads within a bounded time. */
  @Override
  void close();
}
