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
    try (Connection connection = group.connect(true)) {
      new Rows(connection).block(height, 3, group.parts());
      return new Rows(connection).count("heights");
    }
  }

  private static long read(ClusterGroup group) throws SQLException {
    try (Connection connection = group.connect(false)) {
      return new Rows(connection).count("heights");
    }
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
      assertThatThrownBy(() -> group.connect(true)).isInstanceOf(SQLException.class);
      assertThatThrownBy(() -> group.connect(false)).isInstanceOf(SQLException.class);
      Await.until(
          "the reason is known", () -> node(group, false).health().reason().contains("refused"));
      servers.mend();
      Await.until("a block is written", () -> write(group, 1) == 1);
      Await.until("it is read", () -> read(group) == 1);
    }
  }

  @Test
  void shouldReadFromThePrimaryWhileTheReplicaIsDownAtStart() throws Exception {
    replica.kill();
    try (Cluster cluster = Cluster.open(config)) {
      ClusterGroup group = cluster.groups().get(0);
      assertThat(write(group, 1)).isEqualTo(1);
      assertThatThrownBy(() -> read(group)).isInstanceOf(SQLException.class);
      replica.start();
      Await.until("the replica answers", () -> read(group) == 1);
    }
  }

  @Test
  void shouldRefuseReadsOfADeadReplicaUntilItReturns() throws Exception {
    try (Cluster cluster = Cluster.open(config)) {
      ClusterGroup group = cluster.groups().get(0);
      write(group, 1);
      Await.until("the replica has it", () -> read(group) == 1);
      replica.kill();
      Await.until("a read fails", () -> fails(() -> read(group)));
      Await.until("it is refused", () -> !node(group, true).isUp());
      assertThatThrownBy(() -> node(group, true).connect()).hasMessageContaining("is down");
      assertThat(write(group, 2)).isEqualTo(2);
      replica.start();
      Await.until("the replica is used again", () -> read(group) == 2);
      assertThat(node(group, true).isUp()).isTrue();
    }
  }

  @Test
  void shouldUseAPrimaryAgainThatCameBack() throws Exception {
    try (Cluster cluster = Cluster.open(config)) {
      ClusterGroup group = cluster.groups().get(0);
      write(group, 1);
      Await.until("the replica has it", () -> read(group) == 1);
      primary.kill();
      assertThat(fails(() -> write(group, 2))).isTrue();
      assertThat(read(group)).isEqualTo(1);
      primary.start();
      Await.until("a block is written", () -> write(group, 2) == 2);
      Await.until("the replica has it", () -> read(group) == 2);
    }
  }

  @Test
  void shouldNotHangOnFrozenServers() throws Exception {
    try (Cluster cluster = Cluster.open(config)) {
      ClusterGroup group = cluster.groups().get(0);
      write(group, 1);
      Await.until("the replica has it", () -> read(group) == 1);
      replica.freeze();
      assertThat(fails(() -> read(group))).isTrue();
      primary.freeze();
      assertThat(fails(() -> write(group, 2))).isTrue();
      Await.until("both are known", () -> group.nodes().stream().noneMatch(ClusterNode::isUp));
      assertThat(node(group, false).health().reason()).isNotEmpty();
      primary.thaw();
      replica.thaw();
      Await.until("a block is written", () -> write(group, 2) == 2);
      Await.until("the replica has it", () -> read(group) == 2);
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
        Await.until("the replicas have it", () -> read(group) == 1);
        own.replica(0, 0).kill();
        Await.until("it is known", () -> cluster.nodes().stream().anyMatch(n -> !n.isUp()));
        for (int i = 0; i < 10; i++) {
          assertThat(read(group)).isEqualTo(1);
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
