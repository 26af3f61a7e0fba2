package dev.varve.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.sharding.fixture.ClusterYaml;
import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.sharding.fixture.TestCluster;
import dev.varve.sharding.fixture.TestServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers that die, freeze and come back; the time limits are those that a hanging call breaks. */
@NeedsDatabase
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ClusterFaultIT {
  private final TestCluster servers = TestCluster.shared();
  private final TestServer primary = servers.primary(0);
  private final TestServer replica = servers.replica(0, 0);
  private ClusterConfig config;

  @TempDir Path folder;

  @BeforeEach
  void create() throws Exception {
    ClusterYaml yaml = new ClusterYaml(servers, servers.createDatabase());
    config = ClusterConfig.load(yaml.write(folder, Layout.ONE_PRIMARY));
  }

  @AfterEach
  void mend() throws Exception {
    servers.mend();
  }

  private static long write(ClusterGroup group, long height) throws SQLException {
    try (Connection connection = group.connect()) {
      new Rows(connection).block(height, 3, group.parts());
      return new Rows(connection).count("heights");
    }
  }

  private static long read(ClusterGroup group) throws SQLException {
    return read(group, new Admitted());
  }

  private static long read(ClusterGroup group, ReplicaChoice choice) throws SQLException {
    return group.read(choice, connection -> new Rows(connection).count("heights"));
  }

  /** Whether a replica answers with so many blocks. */
  private static boolean replicaHas(ClusterGroup group, long blocks) throws SQLException {
    Admitted any = new Admitted();
    return read(group, any) == blocks && !any.isPassedOver();
  }

  private static ClusterNode node(ClusterGroup group, boolean replica) {
    return group.nodes().stream().filter(n -> n.isReplica() == replica).findFirst().orElseThrow();
  }

  @Test
  void shouldOpenWithAllServersDownAndConnectWhenTheyCome() throws Exception {
    primary.kill();
    replica.kill();
    try (Cluster cluster = Cluster.open(config)) {
      ClusterGroup group = cluster.groups().get(0);
      assertThatThrownBy(() -> group.connect()).isInstanceOf(SQLException.class);
      assertThatThrownBy(() -> read(group)).isInstanceOf(SQLException.class);
      Await.until(
          "the reason is known", () -> node(group, false).health().reason().contains("refused"));
      servers.mend();
      Await.until("a block is written", () -> write(group, 1) == 1);
      Await.until("it is read", () -> read(group) == 1);
    }
  }

  /** What the pool of a server that nobody listens for says is not always the reason. */
  @Test
  void shouldNameServerAndReason() throws Exception {
    primary.kill();
    try (LoggedLines log = new LoggedLines();
        Cluster cluster = Cluster.open(config)) {
      ClusterGroup group = cluster.groups().get(0);
      String where = "127.0.0.1:" + primary.port();
      assertThatThrownBy(group::connect)
          .hasMessage(
              "database %s at %s: Connection refused"
                  .formatted(node(group, false).source().database(), where));
      for (int probe = 0; probe < 3; probe++) {
        node(group, false).probe();
        assertThat(node(group, false).health().reason()).isEqualTo("Connection refused");
      }
      assertThat(log.lines())
          .containsExactly(
              "primary primary_0 (%s) is down, calls are refused until it answers:".formatted(where)
                  + " Connection refused");
    }
  }

  @Test
  void shouldReadFromThePrimaryWhileTheReplicaIsDownAtStart() throws Exception {
    replica.kill();
    try (Cluster cluster = Cluster.open(config)) {
      ClusterGroup group = cluster.groups().get(0);
      assertThat(write(group, 1)).isEqualTo(1);
      Admitted any = new Admitted();
      assertThat(read(group, any)).isEqualTo(1);
      assertThat(any.isPassedOver()).isTrue();
      replica.start();
      Await.until("the replica answers", () -> replicaHas(group, 1));
    }
  }

  @Test
  void shouldRefuseReadsOfADeadReplicaUntilItReturns() throws Exception {
    try (Cluster cluster = Cluster.open(config)) {
      ClusterGroup group = cluster.groups().get(0);
      write(group, 1);
      Await.until("the replica has it", () -> replicaHas(group, 1));
      replica.kill();
      Await.until("it is refused", () -> !node(group, true).isUp());
      assertThatThrownBy(() -> node(group, true).connect()).hasMessageContaining("is down");
      assertThat(write(group, 2)).isEqualTo(2);
      Admitted any = new Admitted();
      assertThat(read(group, any)).isEqualTo(2);
      assertThat(any.isPassedOver()).isTrue();
      replica.start();
      Await.until("the replica is used again", () -> replicaHas(group, 2));
      assertThat(node(group, true).isUp()).isTrue();
    }
  }

  @Test
  void shouldUseAPrimaryAgainThatCameBack() throws Exception {
    try (Cluster cluster = Cluster.open(config)) {
      ClusterGroup group = cluster.groups().get(0);
      write(group, 1);
      Await.until("the replica has it", () -> replicaHas(group, 1));
      primary.kill();
      assertThat(fails(() -> write(group, 2))).isTrue();
      assertThat(read(group)).isEqualTo(1);
      primary.start();
      Await.until("a block is written", () -> write(group, 2) == 2);
      Await.until("the replica has it", () -> replicaHas(group, 2));
    }
  }

  @Test
  void shouldNotHangOnFrozenServers() throws Exception {
    try (Cluster cluster = Cluster.open(config)) {
      ClusterGroup group = cluster.groups().get(0);
      write(group, 1);
      Await.until("the replica has it", () -> replicaHas(group, 1));
      replica.freeze();
      fails(() -> read(group)); // unless its pool finds out first: what counts is that it ends
      primary.freeze();
      assertThat(fails(() -> write(group, 2))).isTrue();
      Await.until("both are known", () -> group.nodes().stream().noneMatch(ClusterNode::isUp));
      assertThat(node(group, false).health().reason()).isNotEmpty();
      primary.thaw();
      replica.thaw();
      Await.until("a block is written", () -> write(group, 2) == 2);
      Await.until("the replica has it", () -> replicaHas(group, 2));
    }
  }

  @Test
  void shouldReadFromAnotherReplicaWhileOneIsDown() throws Exception {
    try (TestCluster own = TestCluster.start(1, 2)) {
      ClusterYaml yaml = new ClusterYaml(own, own.createDatabase());
      ClusterConfig two = ClusterConfig.load(yaml.write(folder, Layout.ONE_PRIMARY));
      try (Cluster cluster = Cluster.open(two)) {
        ClusterGroup group = cluster.groups().get(0);
        write(group, 1);
        own.awaitReplication();
        Await.until("the replicas have it", () -> replicaHas(group, 1));
        own.replica(0, 0).kill();
        Await.until("it is known", () -> cluster.nodes().stream().anyMatch(n -> !n.isUp()));
        for (int i = 0; i < 10; i++) {
          assertThat(replicaHas(group, 1)).isTrue();
        }
        own.replica(0, 0).start();
        Await.until("it is up", () -> cluster.nodes().stream().allMatch(ClusterNode::isUp));
        String lagging = own.replica(0, 0).name();
        own.replica(0, 0).stopReplication();
        write(group, 2);
        own.replica(0, 1).awaitReplication();
        for (int i = 0; i < 10; i++) {
          Admitted other = new Admitted(own.replica(0, 1).name());
          assertThat(read(group, other)).isEqualTo(2);
          assertThat(other.isPassedOver()).isFalse();
          assertThat(read(group, new Admitted(lagging))).isEqualTo(1);
        }
      }
    }
  }

  private interface Call {
    long run() throws SQLException;
  }

  private static boolean fails(Call call) {
    try {
      call.run();
      return false;
    } catch (SQLException e) {
      return true;
    }
  }
}
