/**
 * ABCI 2: how a CometBFT node reaches the application, over sockets or gRPC.
 *
 * <p>Entry types: {@link dev.varve.abci.AbciServer} serves an {@link
 * dev.varve.abci.AbciApplication}; {@link dev.varve.abci.AbciClient} is the other end of a socket.
 *
 * <h2>Frames of the socket</h2>
 *
 * <pre>
 * stream = frame*                        both directions, over TCP or a unix socket
 * frame  = length body
 * length = unsigned LEB128 varint        bytes of body: 7 bits a byte, low ones first, the high
 *                                        bit set on all but the last; at most 10 bytes
 * body   = protobuf Request | Response   a oneof: one call or one answer
 *
 * 02  12 00                              RequestFlush: length 2, field 2, an empty message
 * 02  1a 00                              ResponseFlush: field 3
 * 09  0a 07 0a 05 68 65 6c 6c 6f         RequestEcho "hello"
 * </pre>
 *
 * There is no checksum and no resynchronisation: after a bad frame the stream is over. The golden
 * files {@code envelopes-*.golden} hold every envelope as the nodes write it.
 *
 * <h2>Dialects</h2>
 *
 * CometBFT 0.38 to 0.40 and 1.0 use the same frames and envelopes with three differences: the
 * number and values of CheckTx's type, the keys of ValidatorUpdate, and ConsensusParams from field
 * 5 on. {@code tendermint/abci/types.proto} is the first dialect and the only one the application
 * sees; {@code cometbft/abci/v1/types.proto} holds just the messages that differ. RequestInfo's
 * {@code abci_version} tells them apart (2.0, 2.1). A node asks Info on its first connection, so
 * what it says there holds for the connections that have not begun; each keeps the dialect of its
 * first other call. Before any Info, and for a version nobody knows, it is 0.38. Over gRPC the
 * service called is the dialect: {@code tendermint.abci.ABCI} or {@code
 * cometbft.abci.v1.ABCIService}; both are served at once. A gRPC client wants {@code HOST:PORT},
 * without {@code tcp://}, as the node's {@code proxy_app}.
 *
 * <p>What 1.0 has and 0.38 has no place for is dropped on the way in (synchrony, PBTS height); the
 * height of vote extensions is taken from {@code feature} or the older {@code abci}, and written to
 * {@code feature}. A 1.0 CheckTx type that is neither CHECK nor RECHECK counts as new.
 *
 * <h2>Connections</h2>
 *
 * <ul>
 *   <li>All connections are alike: nothing on the wire names their role.
 *   <li>Requests are read ahead and answered in order, one answer each.
 *   <li>Answers are gathered, and pushed with the answer to Flush, when no further whole request
 *       has arrived, or when their buffer is full. None is withheld while the server waits.
 *   <li>Connections run at the same time, but InitChain, PrepareProposal, ProcessProposal,
 *       ExtendVote, VerifyVoteExtension, FinalizeBlock and Commit of all of them share a lock.
 *   <li>An idle connection stays open. A peer that does not read its answers blocks its own
 *       connection only.
 * </ul>
 *
 * <h2>Faults</h2>
 *
 * A length prefix that is no varint or exceeds {@code maxMessageBytes}, bytes that are no protobuf,
 * an envelope without a known request, a stream that ends inside a frame: earlier answers are
 * pushed, the connection is closed, one line at level warn says who sent what and what is allowed.
 * A consensus call out of order, such as a Commit without a block, is refused in the same way, with
 * ResponseException as its answer: it changed nothing, and the application serves on. When the
 * application throws anything else, the answer is ResponseException, then the connection is closed,
 * with one line at level error; the node then stops itself. Over gRPC the call fails with INTERNAL
 * (the application), INVALID_ARGUMENT (what cannot be translated) or RESOURCE_EXHAUSTED (too
 * large).
 *
 * <h2>Invariants</h2>
 *
 * <ul>
 *   <li>A buffer grows only with bytes that have arrived, or with an answer that exists; over 4 MiB
 *       it is given back after the message. A connection holds at most one message being read and
 *       one answer being written.
 *   <li>No message aliases a buffer: what the application keeps of a request keeps nothing else
 *       alive.
 *   <li>A unix socket file is replaced only if it is a socket and nobody answers on it.
 *   <li>{@code close()} ends every thread of the server; a call still running in the application is
 *       waited for 5 seconds and then named in the log.
 * </ul>
 */
package dev.varve.abci;
