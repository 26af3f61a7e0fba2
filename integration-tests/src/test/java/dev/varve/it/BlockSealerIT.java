package dev.varve.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.varve.abci.AbciApplication;
import dev.varve.abci.types.ResponseCommit;
import dev.varve.gateway.BlockSealer;
import dev.varve.node.NodeHome;
import dev.varve.storage.StorageEngine;
import dev.varve.storage.record.BlockRecord;
import dev.varve.testnet.CometHome;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Blocks completed by a real node, compared with what it says of them itself. */
class BlockSealerIT {
  private static final int BLOCKS = 40;
  private static final int RETAINED = 10;

  @RegisterExtension final TestFolder folder = new TestFolder();

  /** An application with a sealer beside it, as a node with a gateway has it. */
  private static final class Sealed implements AutoCloseable {
    private final WiredApplication application;
    private final BlockSealer sealer;

    Sealed(NodeHome home, UnaryOperator<AbciApplication> decorate) {
      application = WiredApplication.start(home, decorate);
      CometHome node = CometHome.open(home.cometHome());
      sealer = new BlockSealer(application.engine(), node.rpc());
    }

    StorageEngine engine() {
      return application.engine();
    }

    @Override
    public void close() {
      sealer.close();
      application.close();
    }
  }

  private Sealed sealed;

  /** The last one started is the one that {@link #sealed} is, of one node alone. */
  private TestNode.Launcher launcher(
      String folderName, boolean starts, UnaryOperator<AbciApplication> decorate) {
    return home -> {
      Sealed started = new Sealed(home, decorate);
      if (home.path().endsWith(folderName)) {
        sealed = started;
        if (starts) {
          started.sealer.start();
        }
      }
      return started;
    };
  }

  @ParameterizedTest
  @CsvSource({"0.38, 4", "1.0, 1"})
  void shouldHaveEveryFieldAsTheNodeHasIt(String version, int validators) {
    try (TestChain chain =
        TestChain.create(
                folder.path(),
                Settings.comet(version),
                validators,
                node -> node.with("consensus.timeout_propose", "\"500ms\""),
                launcher("v0", true, ledger -> ledger))
            .start()) {
      TestNode node = chain.node();
      write(node, 1, BLOCKS / 2);
      if (validators > 1) {
        chain.node(validators - 1).stop(); // absent from commits then
      }
      node.stop();
      node.start();
      write(node, BLOCKS / 2, BLOCKS);
      long last = awaitSealed(node, BLOCKS - 1);
      int absent = 0;
      for (long height = 1; height <= last; height++) {
        absent += compare(node, height);
      }
      assertThat(absent).isGreaterThanOrEqualTo(validators > 1 ? 1 : 0);
      assertThat(sealed.sealer.problem()).isEmpty();
      assertThat(sealed.sealer.refusals()).isZero();
    }
  }

  private static void write(TestNode node, long from, long to) {
    for (long height = from; height < to; ) {
      long reached = node.waitForHeight(height, TestChain.LIMIT);
      node.rpc().broadcastTxSync(("k" + reached + "=" + height).getBytes(UTF_8));
      height = reached + 1;
    }
    node.waitForHeight(to, TestChain.LIMIT);
  }

  private long awaitSealed(TestNode node, long height) {
    long end = System.nanoTime() + TestChain.LIMIT.toNanos();
    while (sealed.engine().sealed() < height) {
      assertThat(System.nanoTime())
          .as("given up at block %d: %s", sealed.engine().sealed(), sealed.sealer.problem())
          .isLessThan(end);
      node.waitForHeight(height, TestChain.LIMIT);
      pause();
    }
    return sealed.engine().sealed();
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Returns how many validators did not sign. */
  private static int compare(TestNode node, long height) {
    JsonNode own = node.document("/block/" + height);
    JsonNode signed = node.rpc().call("/commit?height=" + height);
    JsonNode block = node.rpc().block(height);
    assertThat(signed.path("canonical").asBoolean()).isTrue();
    assertThat(own.path("complete").asBoolean()).as("block %d", height).isTrue();
    assertThat(own.path("header")).isEqualTo(signed.path("signed_header").path("header"));
    assertThat(own.path("commit")).isEqualTo(signed.path("signed_header").path("commit"));
    assertThat(own.path("header")).isEqualTo(block.path("block").path("header"));
    assertThat(own.path("commit").path("block_id")).isEqualTo(block.path("block_id"));
    assertThat(own.path("hash")).isEqualTo(block.path("block_id").path("hash"));
    int absent = 0;
    for (JsonNode signature : own.path("commit").path("signatures")) {
      absent += signature.path("block_id_flag").asInt() == 1 ? 1 : 0;
    }
    return absent;
  }

  /** A node that keeps its last blocks only. */
  private static AbciApplication retaining(AbciApplication ledger) {
    long[] height = {0};
    return (AbciApplication)
        Proxy.newProxyInstance(
            AbciApplication.class.getClassLoader(),
            new Class<?>[] {AbciApplication.class},
            (proxy, method, args) -> {
              try {
                Object answer = method.invoke(ledger, args);
                if (answer instanceof ResponseCommit commit) {
                  height[0]++;
                  long retained = Math.max(0, height[0] - RETAINED);
                  return commit.toBuilder().setRetainHeight(retained).build();
                }
                return answer;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void shouldLeavePartialWhatTheNodeHasDropped() {
    try (TestChain chain =
        TestChain.create(
                folder.path(),
                Settings.comet("0.38"),
                1,
                node -> node,
                launcher("v0", false, BlockSealerIT::retaining))
            .start()) {
      TestNode node = chain.node();
      node.waitForHeight(BLOCKS, TestChain.LIMIT);
      long earliest = earliest(node);
      assertThat(earliest).isGreaterThan(1);
      sealed.sealer.start();
      long last = awaitSealed(node, earliest + RETAINED);
      assertThat(sealed.sealer.refusals()).isZero();
      assertThat(block(1).getComplete()).isFalse();
      assertThat(block(earliest - 1).getComplete()).isFalse();
      for (long height = Math.max(last - 1, earliest(node) + 1); height <= last; height++) {
        assertThat(block(height).getComplete()).as("block %d", height).isTrue();
      }
    }
  }

  private BlockRecord block(long height) {
    return sealed.engine().block(height).orElseThrow();
  }

  private static long earliest(TestNode node) {
    return node.rpc().status().path("sync_info").path("earliest_block_height").asLong();
  }
}
