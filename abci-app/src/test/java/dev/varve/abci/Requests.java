package dev.varve.abci;

import com.google.protobuf.ByteString;
import dev.varve.abci.types.Request;
import dev.varve.abci.types.RequestCheckTx;
import dev.varve.abci.types.RequestCommit;
import dev.varve.abci.types.RequestEcho;
import dev.varve.abci.types.RequestFinalizeBlock;
import dev.varve.abci.types.RequestFlush;
import dev.varve.abci.types.RequestInfo;
import dev.varve.abci.types.RequestQuery;

/** Envelopes that tests send. */
final class Requests {
  static final Request FLUSH =
      Request.newBuilder().setFlush(RequestFlush.getDefaultInstance()).build();
  static final Request COMMIT =
      Request.newBuilder().setCommit(RequestCommit.getDefaultInstance()).build();

  private Requests() {}

  static Request echo(String message) {
    return Request.newBuilder().setEcho(RequestEcho.newBuilder().setMessage(message)).build();
  }

  static Request info(String nodeVersion, String abciVersion) {
    return Request.newBuilder()
        .setInfo(RequestInfo.newBuilder().setVersion(nodeVersion).setAbciVersion(abciVersion))
        .build();
  }

  static Request checkTx(String tx) {
    return Request.newBuilder()
        .setCheckTx(RequestCheckTx.newBuilder().setTx(ByteString.copyFromUtf8(tx)))
        .build();
  }

  static Request query(String path) {
    return Request.newBuilder().setQuery(RequestQuery.newBuilder().setPath(path)).build();
  }

  static Request finalizeBlock(long height, int txs, int txBytes) {
    RequestFinalizeBlock.Builder block = RequestFinalizeBlock.newBuilder().setHeight(height);
    ByteString tx = ByteString.copyFrom(new byte[txBytes]);
    for (int i = 0; i < txs; i++) {
      block.addTxs(tx);
    }
    return Request.newBuilder().setFinalizeBlock(block).build();
  }
}
