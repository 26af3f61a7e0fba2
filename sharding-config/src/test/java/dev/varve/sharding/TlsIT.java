package dev.varve.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.sharding.fixture.ClusterYaml;
import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.sharding.fixture.TestCluster;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server with a certificate, and clients that know who must have signed it. */
@NeedsDatabase
class TlsIT {
  @TempDir private Path folder;

  @Test
  void shouldConnectOverTlsToAServerOfItsAuthorityOnly() throws Exception {
    TestAuthority keys = new TestAuthority(folder);
    Path ours = keys.authority("ours");
    Path other = keys.authority("other");
    keys.server("server", "ours");
    String before = System.getProperty(TestCluster.OPTIONS, "");
    System.setProperty(
        TestCluster.OPTIONS,
        "%s --ssl-cert=%s --ssl-key=%s"
            .formatted(before, keys.certificate("server"), keys.key("server")));
    try (TestCluster servers = TestCluster.start(1, 0)) {
      ClusterYaml yaml = new ClusterYaml(servers, servers.createDatabase());
      try (Cluster cluster = open(yaml.verifiedBy(ours));
          Connection connection = cluster.groups().get(0).connect()) {
        assertThat(cipher(connection)).startsWith("TLS_");
        cluster.nodes().get(0).probe();
        assertThat(cluster.nodes().get(0).health().up()).isTrue();
      }
      try (Cluster cluster = open(yaml.verifiedBy(other))) {
        ClusterNode node = cluster.nodes().get(0);
        String refusal = "TLS fails: Path does not chain with any of the trust anchors";
        assertThatThrownBy(cluster.groups().get(0)::connect)
            .isInstanceOf(SQLException.class)
            .hasMessage(
                "database %s at %s: %s"
                    .formatted(node.source().database(), node.address(), refusal));
        node.probe();
        assertThat(node.health().reason()).isEqualTo(refusal);
      }
    } finally {
      System.setProperty(TestCluster.OPTIONS, before);
    }
  }

  private Cluster open(ClusterYaml yaml) throws Exception {
    return Cluster.open(ClusterConfig.load(yaml.write(folder, Layout.ONE_PRIMARY)));
  }

  private static String cipher(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SHOW STATUS LIKE 'Ssl_cipher'")) {
      row.next();
      return row.getString(2);
    }
  }
}
