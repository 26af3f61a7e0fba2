package dev.varve.it;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.varve.abci.types.RequestCommit;
import dev.varve.abci.types.RequestFinalizeBlock;
import dev.varve.abci.types.RequestInitChain;
import dev.varve.abci.types.ResponseFinalizeBlock;
import dev.varve.ledger.Ledger;
import dev.varve.ledger.LedgerConfig;
import dev.varve.storage.StorageEngine;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A program that runs a fixed sequence of blocks through ledger and engine and prints one line a
 * block: height, app hash, and a checksum of the results. The folder of its store is the argument.
 */
final class GoldenSequence {
  private static final int BLOCKS = 120;
  private static final int TXS = 40;
  private static final int KEYS = 300;

  private GoldenSequence() {}

  public static void main(String[] args) {
    try (StorageEngine engine = WiredApplication.engine(Path.of(args[0]))) {
      Ledger ledger = new Ledger(engine, new LedgerConfig("golden", 0));
      ledger.initChain(
          RequestInitChain.newBuilder()
              .setChainId("golden")
              .setInitialHeight(1)
              .setAppStateBytes(
                  ByteString.copyFromUtf8("{\"state\":[{\"key\":\"genesis\",\"value\":\"1\"}]}"))
              .build());
      for (long height = 1; height <= BLOCKS; height++) {
        ResponseFinalizeBlock response = ledger.finalizeBlock(block(height));
        ledger.commit(RequestCommit.getDefaultInstance());
        System.out.println(line(height, response));
      }
    }
  }

  private static String line(long height, ResponseFinalizeBlock response) {
    int results = 0;
    for (var result : response.getTxResultsList()) {
      results = 31 * results + java.util.Arrays.hashCode(result.toByteArray());
    }
    String appHash = TestNode.hex(response.getAppHash().toByteArray());
    return "block " + height + " " + appHash + " " + Integer.toHexString(results);
  }

  private static RequestFinalizeBlock block(long height) {
    byte[] hash = new byte[32];
    hash[0] = (byte) height;
    RequestFinalizeBlock.Builder block =
        RequestFinalizeBlock.newBuilder()
            .setHeight(height)
            .setHash(ByteString.copyFrom(hash))
            .setTime(Timestamp.newBuilder().setSeconds(1_800_000_000L + height))
            .setProposerAddress(ByteString.copyFrom(new byte[20]));
    // Every fifth block has no transactions: the app hash must then stay.
    if (height % 5 != 0) {
      transactions(height).forEach(tx -> block.addTxs(ByteString.copyFrom(tx)));
    }
    return block.build();
  }

  private static List<byte[]> transactions(long height) {
    List<byte[]> txs = new ArrayList<>();
    for (int i = 0; i < TXS; i++) {
      long number = mix(height * TXS + i);
      String key = "key-" + Long.remainderUnsigned(number, KEYS);
      txs.add(
          switch (i % 5) {
            case 0, 1 -> (key + "=" + number).getBytes(StandardCharsets.UTF_8);
            case 2 -> Envelopes.put(key, "e" + number, height + 1 + i);
            case 3 -> Envelopes.of(height + 20, Envelopes.delete(ByteString.copyFromUtf8(key)));
            default -> Envelopes.put("replayed", "", height / 10 * 10 + 5);
          });
    }
    txs.add(new byte[] {1, 2, 3});
    return txs;
  }

  /** A fixed scattering of numbers (the finalizer of SplitMix64). */
  private static long mix(long number) {
    long z = number * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
