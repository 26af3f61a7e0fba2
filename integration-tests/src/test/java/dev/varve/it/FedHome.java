package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.varve.abci.AbciClient;
import dev.varve.abci.types.Request;
import dev.varve.abci.types.RequestCommit;
import dev.varve.abci.types.RequestFinalizeBlock;
import dev.varve.abci.types.RequestInfo;
import dev.varve.abci.types.RequestInitChain;
import dev.varve.node.NodeConfig;
import dev.varve.node.NodeHome;
import dev.varve.node.VarveNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Gives homes the blocks of one chain, without a node: each height has the same block always, and
 * must have the app hash that it had the first time.
 */
final class FedHome {
  static final int TXS = 100;
  private static final int VALUE_LENGTH = 200;

  private final List<ByteString> appHashes = new ArrayList<>();

  /** Gives a home the blocks it lacks, up to a height; nothing else may use it. */
  void feed(NodeHome home, long last) throws IOException {
    NodeConfig config = NodeConfig.load(home, Map.of());
    try (VarveNode node = VarveNode.start(home, config);
        AbciClient client = AbciClient.connect(config.abci().address())) {
      client.call(Request.newBuilder().setInfo(RequestInfo.getDefaultInstance()).build());
      long height = node.status().engine().height();
      if (height == 0) {
        RequestInitChain.Builder genesis = RequestInitChain.newBuilder().setInitialHeight(1);
        client.call(Request.newBuilder().setInitChain(genesis.setChainId("fed")).build());
      }
      while (height < last) {
        give(client, ++height);
      }
    }
  }

  private void give(AbciClient client, long height) throws IOException {
    ByteString appHash =
        client
            .call(Request.newBuilder().setFinalizeBlock(block(height)).build())
            .getFinalizeBlock()
            .getAppHash();
    if (appHashes.size() < height) {
      appHashes.add(appHash);
    }
    assertThat(appHash).as("app hash of block %d", height).isEqualTo(appHash(height));
    client.call(Request.newBuilder().setCommit(RequestCommit.getDefaultInstance()).build());
  }

  /** The app hash that a height had at first. */
  ByteString appHash(long height) {
    return appHashes.get(Math.toIntExact(height - 1));
  }

  /** New keys, keys that are written over and over, and bytes that come again each time. */
  static RequestFinalizeBlock block(long height) {
    RequestFinalizeBlock.Builder block =
        RequestFinalizeBlock.newBuilder()
            .setHeight(height)
            .setTime(Timestamp.newBuilder().setSeconds(height))
            .setHash(ByteString.copyFrom(ByteBuffer.allocate(32).putLong(height).array()));
    for (int i = 0; i < TXS; i++) {
      String value = value(height, i);
      String tx =
          switch (i % 4) {
            case 0 -> "same" + i + "=1";
            case 1 -> "malformed" + i;
            case 2 -> "over" + i + "=" + value;
            default -> "k" + height + "-" + i + "=" + value;
          };
      block.addTxs(ByteString.copyFrom(tx, UTF_8));
    }
    return block.build();
  }

  /** What transaction {@code i} of a block writes. */
  static String value(long height, int i) {
    return (height + "-" + i + "-").repeat(VALUE_LENGTH / 8);
  }
}
