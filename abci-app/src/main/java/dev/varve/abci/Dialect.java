package dev.varve.abci;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.varve.abci.types.Request;
import dev.varve.abci.types.RequestInfo;
import dev.varve.abci.types.Response;
import java.util.Optional;

/** The two ways nodes write ABCI 2 envelopes; inside the server there are only those of 0.38. */
enum Dialect {
  /** CometBFT 0.38 to 0.40, ABCI 2.0: the messages as the application sees them. */
  V0_38 {
    @Override
    Request parse(byte[] array, int offset, int length) throws InvalidProtocolBufferException {
      return REQUESTS.parseFrom(array, offset, length);
    }

    @Override
    MessageLite encode(Response response) {
      return response;
    }
  },

  /** CometBFT 1.0, ABCI 2.1. */
  V1_0 {
    @Override
    Request parse(byte[] array, int offset, int length) throws InvalidProtocolBufferException {
      // Looked at before parsing: field 6 of 1.0's ConsensusParams need not even be parseable as
      // 0.38's. All field numbers that differ are below 16, so that a tag is one byte.
      int tag = length == 0 ? 0 : array[offset];
      if (tag == INIT_CHAIN_TAG || tag == CHECK_TX_TAG) {
        return V1Translation.request(V1_REQUESTS.parseFrom(array, offset, length));
      }
      return REQUESTS.parseFrom(array, offset, length);
    }

    @Override
    MessageLite encode(Response response) {
      return switch (response.getValueCase()) {
        case INIT_CHAIN -> V1Translation.response(response.getInitChain());
        case FINALIZE_BLOCK -> V1Translation.response(response.getFinalizeBlock());
        default -> response;
      };
    }
  };

  private static final Parser<Request> REQUESTS = Request.parser();
  private static final Parser<dev.varve.abci.v1.Request> V1_REQUESTS =
      dev.varve.abci.v1.Request.parser();
  private static final int LENGTH_DELIMITED = 2;
  private static final int INIT_CHAIN_TAG = Request.INIT_CHAIN_FIELD_NUMBER << 3 | LENGTH_DELIMITED;
  private static final int CHECK_TX_TAG = Request.CHECK_TX_FIELD_NUMBER << 3 | LENGTH_DELIMITED;

  /** What a node says it speaks; empty when it says nothing known. */
  static Optional<Dialect> of(RequestInfo info) {
    String abci = info.getAbciVersion();
    String node = info.getVersion();
    if (abci.startsWith("2.1.") || (abci.isEmpty() && node.startsWith("1."))) {
      return Optional.of(V1_0);
    }
    if (abci.startsWith("2.0.") || (abci.isEmpty() && node.startsWith("0."))) {
      return Optional.of(V0_38);
    }
    return Optional.empty();
  }

  /** Reads an envelope; one without a known request is the caller's to refuse. */
  abstract Request parse(byte[] array, int offset, int length)
      throws InvalidProtocolBufferException;

  /**
   * The envelope to send.
   *
   * @throws IllegalArgumentException when the answer holds what this dialect cannot say
   */
  abstract MessageLite encode(Response response);
}
