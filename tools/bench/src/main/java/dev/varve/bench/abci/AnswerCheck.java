package dev.varve.bench.abci;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.varve.abci.types.ExecTxResult;
import dev.varve.abci.types.Response;
import dev.varve.abci.types.ResponseFinalizeBlock;
import dev.varve.abci.types.ResponseProcessProposal.ProposalStatus;
import java.io.IOException;

/**
 * Reads answers just far enough to know that the server did the work: a server that refuses is not
 * a fast server.
 */
final class AnswerCheck {
  private AnswerCheck() {}

  static void flush(byte[] frame) throws IOException, BenchException {
    expect(Response.parseFrom(frame), Response.ValueCase.FLUSH);
  }

  static boolean isException(byte[] frame) {
    return frame.length > 0 && frame[0] >>> 3 == Response.EXCEPTION_FIELD_NUMBER;
  }

  static void checkTx(byte[] frame) throws IOException, BenchException {
    Response response = expect(Response.parseFrom(frame), Response.ValueCase.CHECK_TX);
    if (response.getCheckTx().getCode() != 0) {
      throw new BenchException(
          "CheckTx refused a transaction with code "
              + response.getCheckTx().getCode()
              + ": "
              + response.getCheckTx().getLog());
    }
  }

  static void prepareProposal(byte[] frame, int txCount) throws IOException, BenchException {
    Response response = expect(Response.parseFrom(frame), Response.ValueCase.PREPARE_PROPOSAL);
    int proposed = response.getPrepareProposal().getTxsCount();
    if (proposed != txCount) {
      throw new BenchException(
          "PrepareProposal returned " + proposed + " of " + txCount + " transactions");
    }
  }

  static void processProposal(byte[] frame) throws IOException, BenchException {
    Response response = expect(Response.parseFrom(frame), Response.ValueCase.PROCESS_PROPOSAL);
    if (response.getProcessProposal().getStatus() != ProposalStatus.ACCEPT) {
      throw new BenchException(
          "ProcessProposal answered " + response.getProcessProposal().getStatus());
    }
  }

  static void commit(byte[] frame) throws IOException, BenchException {
    expect(Response.parseFrom(frame), Response.ValueCase.COMMIT);
  }

  /**
   * Counts results and reads their codes without building the objects, so that the pause between
   * two calls is the same whether a server's results are large or small.
   */
  static void finalizeBlock(byte[] frame, int txCount) throws IOException, BenchException {
    CodedInputStream in = CodedInputStream.newInstance(frame);
    int tag = in.readTag();
    if (WireFormat.getTagFieldNumber(tag) != Response.FINALIZE_BLOCK_FIELD_NUMBER) {
      expect(Response.parseFrom(frame), Response.ValueCase.FINALIZE_BLOCK);
    }
    in.readRawVarint32();
    int results = 0;
    for (tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == ResponseFinalizeBlock.TX_RESULTS_FIELD_NUMBER) {
        requireSuccess(in, results);
        results++;
      } else {
        in.skipField(tag);
      }
    }
    if (results != txCount) {
      throw new BenchException(
          "FinalizeBlock returned " + results + " results for " + txCount + " transactions");
    }
  }

  private static void requireSuccess(CodedInputStream in, int index)
      throws IOException, BenchException {
    int outer = in.pushLimit(in.readRawVarint32());
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == ExecTxResult.CODE_FIELD_NUMBER) {
        int code = in.readUInt32();
        if (code != 0) {
          throw new BenchException(
              "FinalizeBlock gave transaction " + index + " code " + code + " instead of 0");
        }
      } else {
        in.skipField(tag);
      }
    }
    in.popLimit(outer);
  }

  static Response expect(Response response, Response.ValueCase kind) throws BenchException {
    if (response.getValueCase() == Response.ValueCase.EXCEPTION) {
      throw new BenchException(
          "the server answered with an exception: " + response.getException().getError());
    }
    if (response.getValueCase() != kind) {
      throw new BenchException(
          "the server answered " + response.getValueCase() + " where " + kind + " is due");
    }
    return response;
  }
}
