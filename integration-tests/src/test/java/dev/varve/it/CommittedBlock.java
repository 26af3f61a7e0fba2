package dev.varve.it;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.varve.abci.types.ExecTxResult;
import java.util.List;

/** A block as its node has it, and what the application answered it. */
record CommittedBlock(
    long height,
    ByteString hash,
    Timestamp time,
    ByteString appHash,
    List<ByteString> txs,
    List<ExecTxResult> results) {}
