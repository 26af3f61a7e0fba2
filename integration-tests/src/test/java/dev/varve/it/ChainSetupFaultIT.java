package dev.varve.it;

import static dev.varve.it.ReadWatch.Reads.REFUSED_AT_TIMES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.node.NodeException;
import dev.varve.node.StoredChain;
import dev.varve.sharding.fixture.ClusterYaml;
import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.sharding.fixture.TestCluster;
import dev.varve.sharding.fixture.TestServer;
import dev.varve.storage.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Databases that are not set up as the application needs them: it goes on without them, or says at
 * once why it cannot. Once they are, the cluster has every block once.
 */
@NeedsDatabase
class ChainSetupFaultIT {
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final String HISTORY = "varve_schema_history";

  @RegisterExtension private final TestFolder folder = new TestFolder();

  private final TestCluster servers = TestCluster.shared();
  private final TestServer primary = servers.primary(0);
  private String database;
  private ClusterYaml yaml;

  @BeforeEach
  void create() throws Exception {
    database = servers.createDatabase();
    yaml = new ClusterYaml(servers, database);
  }

  @AfterEach
  void mend() throws Exception {
    servers.mend();
  }

  private FedCluster chain(String name) throws IOException {
    Path place = Files.createDirectory(folder.resolve(name));
    return new FedCluster(place, yaml.write(place, Layout.ONE_PRIMARY), database, 0);
  }

  private void requireWhole(FedCluster chain) throws Exception {
    chain.awaitDrained();
    servers.awaitReplication();
    chain.requireWhole(List.of(primary));
    chain.requireWhole(List.of(servers.replica(0, 0)));
  }

  /** Goes on without databases that refuse a user, until they no longer do. */
  private void goOnUntilMended(String refusal, String... mend) throws Exception {
    try (FedCluster chain = chain("a").start()) {
      try (ReadWatch watch = new ReadWatch(chain, REFUSED_AT_TIMES, 1)) {
        chain.go(10);
        assertThat(chain.await(status -> status.diskState().startsWith("down")).diskState())
            .contains(refusal);
        primary.execute(mend);
        chain.go(10);
        chain.awaitDrained();
        watch.requireAnswered();
      }
      requireWhole(chain);
    }
  }

  @Test
  void shouldGoOnUntilThePasswordIsRight() throws Exception {
    primary.execute(
        "CREATE USER wrong@'127.0.0.1' IDENTIFIED BY 'another'",
        "GRANT ALL ON " + database + ".* TO wrong@'127.0.0.1'");
    yaml.user("wrong");
    try {
      goOnUntilMended(
          "refuses user or password: Access denied for user 'wrong'",
          "ALTER USER wrong@'127.0.0.1' IDENTIFIED BY '" + TestServer.PASSWORD + "'");
    } finally {
      primary.execute("DROP USER wrong@'127.0.0.1'");
    }
  }

  @Test
  void shouldGoOnUntilThePrivilegeIsThere() throws Exception {
    primary.execute(
        "CREATE USER poor@'127.0.0.1' IDENTIFIED BY '" + TestServer.PASSWORD + "'",
        "GRANT SELECT, INSERT ON " + database + ".* TO poor@'127.0.0.1'");
    yaml.user("poor");
    try {
      goOnUntilMended(
          "grant the user poor all privileges on " + database,
          "GRANT ALL ON " + database + ".* TO poor@'127.0.0.1'");
    } finally {
      primary.execute("DROP USER poor@'127.0.0.1'");
    }
  }

  @Test
  void shouldRefuseASchemaFromTheFuture() throws Exception {
    try (FedCluster chain = chain("a").start()) {
      drainAndStop(chain);
      primary.execute(
          ("INSERT INTO %1$s.%2$s SELECT installed_rank + 1, '3', 'later', type, script, checksum,"
                  + " installed_by, installed_on, execution_time, success FROM %1$s.%2$s"
                  + " WHERE version = '2'")
              .formatted(database, HISTORY));
      requireRefused(chain, "has schema version 3, this program knows those up to 2");

      primary.execute("DELETE FROM " + database + "." + HISTORY + " WHERE version = '3'");
      chain.start().go(5);
      requireWhole(chain);
    }
  }

  @Test
  void shouldRefuseAnotherLayout() throws Exception {
    try (FedCluster chain = chain("a").start()) {
      drainAndStop(chain);
      Path file = chain.config().disk().cluster();
      yaml.shards(4).write(file.getParent(), Layout.ONE_PRIMARY);
      requireRefused(chain, "1 shards, but cluster.yaml says");

      yaml.shards(0).write(file.getParent(), Layout.ONE_PRIMARY);
      chain.start().go(5);
      requireWhole(chain);
    }
  }

  private static void drainAndStop(FedCluster chain) throws Exception {
    chain.go(5);
    chain.awaitDrained();
    chain.stop();
  }

  private static void requireRefused(FedCluster chain, String why) {
    assertThatThrownBy(chain::start)
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("cannot start in " + chain.home().path())
        .hasMessageContaining(why);
    assertThatThrownBy(() -> StoredChain.open(chain.home(), chain.config()))
        .isInstanceOf(StorageException.Incompatible.class)
        .hasMessageContaining(why);
  }

  @Test
  void shouldRefuseTheClusterOfAnotherHome() throws Exception {
    try (FedCluster owner = chain("a").start();
        FedCluster other = chain("b")) {
      owner.go(5);
      owner.awaitDrained();
      String why = "belongs to home " + id(owner) + " of chain ";
      requireRefused(other, why);
      requireRefused("start", other, why);
      requireRefused("status", other, why);
      owner.go(5);
      requireWhole(owner);
    }
  }

  /** Who is not told at start, as no database answers, is told when one does. */
  @Test
  void shouldStopWhenTheClusterTurnsOutToBeAnotherHomes() throws Exception {
    try (FedCluster owner = chain("a").start();
        FedCluster other = chain("b")) {
      owner.go(5);
      owner.awaitDrained();
      primary.kill();
      other.start().go(3);
      primary.start();
      assertThat(other.await(status -> status.diskState().startsWith("failed")).diskState())
          .contains("belongs to home " + id(owner));
      assertThatThrownBy(() -> other.go(1)).hasMessageContaining("belongs to home " + id(owner));
      owner.go(5);
      requireWhole(owner);
    }
  }

  private static String id(FedCluster chain) throws IOException {
    return Files.readString(chain.home().path().resolve("ID")).strip();
  }

  /** A command of users: one sentence, and no stack trace. */
  private void requireRefused(String command, FedCluster chain, String why) {
    try (VarveProcess varve =
        VarveProcess.start(
            folder.resolve(command + ".log"), command, "--home", chain.home().path().toString())) {
      assertThat(varve.awaitExit(LIMIT)).as(varve.output()).isEqualTo(1);
      assertThat(varve.output()).contains(why).doesNotContain("\tat ");
    }
  }
}
