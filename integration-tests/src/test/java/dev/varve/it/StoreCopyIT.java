package dev.varve.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.varve.node.CheckReport;
import dev.varve.node.HomeCheck;
import dev.varve.node.HomeCopy;
import dev.varve.node.HomeRollback;
import dev.varve.node.NodeConfig;
import dev.varve.node.NodeException;
import dev.varve.node.NodeHome;
import dev.varve.node.StoredChain;
import dev.varve.sharding.fixture.ClusterYaml;
import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.sharding.fixture.TestCluster;
import dev.varve.storage.DiskStore;
import dev.varve.storage.record.StateRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A chain moves from RocksDB into a cluster and on, and takes the same blocks everywhere. */
@NeedsDatabase
class StoreCopyIT {
  @RegisterExtension private final TestFolder folder = new TestFolder();

  private final FedHome chain = new FedHome();
  private Path yaml;

  @Test
  void shouldMoveThroughEveryStoreAndGoOn() throws Exception {
    TestCluster servers = TestCluster.shared();
    yaml =
        new ClusterYaml(servers, servers.createDatabase()).write(folder.path(), Layout.TWO_GROUPS);
    NodeHome first = home("first", "rocksdb");
    chain.feed(first, 12);

    NodeHome cluster = home("cluster", "mysql");
    HomeCopy.Report report = copy(first.path(), cluster.path());
    assertThat(report.lastHeight()).isEqualTo(12);
    assertThat(report.appHash()).isEqualToIgnoringCase(TestNode.hex(hash(12)));
    requireSound(cluster, 12);
    requireSame(first, cluster);
    assertThatThrownBy(() -> copy(first.path(), home("second", "mysql").path()))
        .isInstanceOf(Exception.class)
        .hasMessageContaining("belongs to home " + Files.readString(id(cluster)).strip());
    chain.feed(cluster, 15);
    new HomeRollback(cluster, config(cluster), at -> {}).run(OptionalLong.of(5));
    requireSound(cluster, 5);
    chain.feed(cluster, 15);
    requireSound(cluster, 15);

    NodeHome last = home("last", "leveldb");
    copy(cluster.path(), last.path());
    requireSound(last, 15);
    requireSame(cluster, last);
    chain.feed(last, 18);

    NodeHome restored = home("restored", "rocksdb");
    copy(yaml, restored.path());
    requireSound(restored, stored(restored));
    chain.feed(restored, 18);
    requireSame(last, restored);
    requireSound(last, 18);

    // The node's own disk is lost, the cluster is not.
    NodeHome again = home("again", "mysql");
    copy(yaml, again.path());
    assertThat(Files.readString(id(again))).isEqualTo(Files.readString(id(cluster)));
    chain.feed(again, 18);
    requireSound(again, 18);
    requireSame(last, again);
  }

  @Test
  void shouldNameTheServerThatDoesNotAnswer() throws Exception {
    TestCluster servers = TestCluster.shared();
    int nobody = FreePorts.base(1);
    yaml =
        new ClusterYaml(servers, servers.createDatabase())
            .through(servers.primary(0), nobody)
            .write(folder.path(), Layout.ONE_PRIMARY);
    NodeHome target = home("target", "rocksdb");
    assertThatThrownBy(() -> copy(yaml, target.path()))
        .hasMessageContaining("at 127.0.0.1:" + nobody + ": Connection refused");
  }

  private static Path id(NodeHome home) {
    return home.path().resolve("ID");
  }

  private byte[] hash(long height) {
    return chain.appHash(height).toByteArray();
  }

  private NodeHome home(String name, String store) {
    NodeHome home = new NodeHome(folder.resolve(name));
    int port = FreePorts.base(1);
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("disk.store", store);
    settings.put("abci.address", "tcp://127.0.0.1:" + port);
    settings.put("http.address", "off");
    settings.put("memory.bytes", "16 MiB");
    settings.put("start.warm_up_millis", "0");
    if (store.equals("mysql")) {
      settings.put("disk.cluster", yaml.toString());
    }
    home.create(settings);
    return home;
  }

  private static HomeCopy.Report copy(Path from, Path to) {
    return new HomeCopy(from, to, text -> {}).run();
  }

  private static NodeConfig config(NodeHome home) {
    return NodeConfig.load(home, Map.of());
  }

  private static void requireSound(NodeHome home, long height) {
    CheckReport report = new HomeCheck(home, config(home), text -> {}).run();
    assertThat(report.problems()).isEmpty();
    assertThat(Math.max(report.lastHeight(), report.loggedHeight())).isEqualTo(height);
  }

  private static long stored(NodeHome home) {
    try (StoredChain stored = StoredChain.open(home, config(home))) {
      return stored.store().applied().getHeight();
    } catch (NodeException e) {
      throw new AssertionError(e);
    }
  }

  /** Compares what both have in their stores. */
  private static void requireSame(NodeHome one, NodeHome other) {
    try (StoredChain left = StoredChain.open(one, config(one));
        StoredChain right = StoredChain.open(other, config(other))) {
      long last = Math.min(left.store().applied().getHeight(), right.store().applied().getHeight());
      assertThat(last).isPositive();
      for (long height = 1; height <= last; height++) {
        requireSame(left.store(), right.store(), height);
      }
      Map<ByteString, StateRecord> state = state(left.store(), last);
      assertThat(state).isNotEmpty();
      assertThat(state(right.store(), last)).isEqualTo(state);
      assertThat(right.chainId()).isEqualTo(left.chainId());
    }
  }

  private static void requireSame(DiskStore one, DiskStore other, long height) {
    assertThat(other.block(height)).isPresent().isEqualTo(one.block(height));
    int count = one.block(height).orElseThrow().getTxCount();
    for (int slice = 0; slice * DiskStore.SLICE_LENGTH < count; slice++) {
      assertThat(other.transactions(height, slice)).isEqualTo(one.transactions(height, slice));
      assertThat(other.results(height, slice)).isEqualTo(one.results(height, slice));
      assertThat(other.logs(height, slice)).isEqualTo(one.logs(height, slice));
    }
  }

  private static Map<ByteString, StateRecord> state(DiskStore store, long height) {
    Map<ByteString, StateRecord> state = new LinkedHashMap<>();
    store.scanState(
        ByteString.EMPTY,
        ByteString.copyFrom(new byte[] {(byte) 0xff, (byte) 0xff}),
        (key, now) -> {
          store.stateAt(key, height).ifPresent(then -> state.put(key, then));
          return true;
        });
    return state;
  }
}
