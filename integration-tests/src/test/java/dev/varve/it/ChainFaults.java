package dev.varve.it;

import static dev.varve.it.ReadWatch.Reads.ANSWERED;
import static dev.varve.it.ReadWatch.Reads.REFUSED_AT_TIMES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.it.ReadWatch.Reads;
import dev.varve.sharding.fixture.ClusterYaml;
import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.TcpProxy;
import dev.varve.sharding.fixture.TestCluster;
import dev.varve.sharding.fixture.TestServer;
import dev.varve.storage.fault.StoreCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One chain on two primaries with one replica each lives through faults of servers and network.
 * After each the cluster has every block once, and equal; throughout, reads are right.
 *
 * <p>The first primary is behind a proxy. After a test that failed comes a new chain.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ChainFaults {
  private static final int BLOCKS = Settings.full() ? 200 : 15;
  private static final int LAG_SECONDS = 30;

  @TempDir static Path folder;

  private final Layout layout;
  private final long seed = Settings.seed();
  private final TestCluster servers = TestCluster.shared();
  private TcpProxy proxy;
  private FedCluster chain;
  private int chains;
  private boolean sound;

  ChainFaults(Layout layout) {
    this.layout = layout;
  }

  /** What is done to a server, and undone. */
  private interface Step {
    void run() throws Exception;
  }

  /** One primary of the two in a quick run. */
  static IntStream bothInFullRuns(int quick) {
    return Settings.full() ? IntStream.of(0, 1) : IntStream.of(quick);
  }

  static IntStream killed() {
    return bothInFullRuns(0);
  }

  static IntStream frozen() {
    return bothInFullRuns(1);
  }

  @BeforeEach
  void begin() throws Exception {
    if (chain != null && sound) {
      return;
    }
    end();
    Path place = Files.createDirectory(folder.resolve("" + ++chains));
    String database = servers.createDatabase();
    TestServer proxied = servers.primary(0);
    proxy = TcpProxy.before(proxied.port());
    Path yaml =
        new ClusterYaml(servers, database).through(proxied, proxy.port()).write(place, layout);
    chain = new FedCluster(place, yaml, database, FedCluster.MANY).start();
    chain.go(FedCluster.MANY);
    chain.awaitDrained();
  }

  @AfterEach
  void mend() throws Exception {
    proxy.open();
    servers.mend();
  }

  @AfterAll
  void end() throws IOException {
    if (chain != null) {
      chain.close();
      proxy.close();
    }
  }

  private void survive(Reads reads, Step fault, Step meanwhile, Step after) throws Exception {
    sound = false;
    try (ReadWatch watch = new ReadWatch(chain, reads, seed)) {
      chain.go(5);
      fault.run();
      chain.go(BLOCKS);
      meanwhile.run();
      after.run();
      chain.go(5);
      chain.awaitDrained();
      watch.requireAnswered();
    }
    chain.requireWhole(servers);
    sound = true;
  }

  private void requireDown() throws InterruptedException {
    chain.await(status -> status.diskState().startsWith("down"));
    assertThat(chain.status().height()).isEqualTo(chain.committed());
    assertThat(chain.status().diskHeight()).isLessThan(chain.committed());
  }

  @Test
  void shouldGoOnWhileReplicasAreKilled() throws Exception {
    survive(
        ANSWERED,
        () -> {
          servers.replica(0, 0).kill();
          servers.replica(1, 0).kill();
        },
        chain::awaitDrained,
        () -> {
          servers.replica(0, 0).start();
          servers.replica(1, 0).start();
        });
  }

  @Test
  void shouldGoOnWhileReplicasAreFrozen() throws Exception {
    survive(
        ANSWERED,
        () -> {
          servers.replica(0, 0).freeze();
          servers.replica(1, 0).freeze();
        },
        chain::awaitDrained,
        () -> {
          servers.replica(0, 0).thaw();
          servers.replica(1, 0).thaw();
        });
  }

  @ParameterizedTest
  @MethodSource("killed")
  void shouldGoOnWhileAPrimaryIsKilled(int primary) throws Exception {
    TestServer server = servers.primary(primary);
    survive(REFUSED_AT_TIMES, server::kill, this::requireDown, server::start);
  }

  @ParameterizedTest
  @MethodSource("frozen")
  void shouldGoOnWhileAPrimaryIsFrozen(int primary) throws Exception {
    TestServer server = servers.primary(primary);
    survive(REFUSED_AT_TIMES, server::freeze, this::requireDown, server::thaw);
  }

  @Test
  void shouldGoOnWhileThePathToAPrimaryIsSilent() throws Exception {
    survive(REFUSED_AT_TIMES, proxy::silence, this::requireDown, proxy::open);
  }

  @Test
  void shouldGoOnWhileThePathToAPrimaryIsReset() throws Exception {
    survive(REFUSED_AT_TIMES, proxy::reset, this::requireDown, proxy::open);
  }

  @Test
  void shouldReadWhatReplicasDoNotHaveYet() throws Exception {
    survive(
        ANSWERED,
        () -> {
          servers.replica(0, 0).delayReplication(LAG_SECONDS);
          servers.replica(1, 0).delayReplication(LAG_SECONDS);
        },
        () -> {
          chain.awaitDrained();
          assertThat(
                  Long.parseLong(
                      servers.replica(0, 0).query("SELECT MAX(height) FROM " + heights(0))))
              .isLessThan(chain.committed() - BLOCKS / 2);
          if (Settings.full()) {
            chain.go(20 * LAG_SECONDS * 2);
          }
        },
        () -> {
          servers.replica(0, 0).delayReplication(0);
          servers.replica(1, 0).delayReplication(0);
        });
  }

  @ParameterizedTest
  @MethodSource("eitherPrimary")
  void shouldTakeABlockAgainWhosePrimaryWasRestartedInItsTransaction(int primary) throws Exception {
    survive(REFUSED_AT_TIMES, () -> {}, () -> restartInTransaction(primary), () -> {});
  }

  /** The table of markers on a primary and its replicas, qualified. */
  private String heights(int primary) {
    String table = layout == Layout.SEVERAL_PRIMARIES ? "heights_" + primary : "heights";
    return chain.database() + "." + table;
  }

  static IntStream eitherPrimary() {
    return IntStream.of(0, 1);
  }

  /** A row of another's holds up the last statement of the next block's transaction. */
  private void restartInTransaction(int primary) throws Exception {
    TestServer server = servers.primary(primary);
    int part = layout == Layout.SEVERAL_PRIMARIES ? primary : 0;
    chain.awaitDrained();
    try (Connection other = server.admin("");
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute(
          ("INSERT INTO %s (part, height, tx_count, batch_crc, complete, crc)"
                  + " VALUES (%d, %d, 0, 0, 0, 0)")
              .formatted(heights(primary), part, chain.committed() + 1));
      chain.go(1);
      awaitOpenTransaction(server);
      server.kill();
      chain.go(3);
      server.start();
    } catch (SQLException e) {
      // Its server was killed before it could be closed.
      assertThat(server.isRunning()).as(e.toString()).isTrue();
    }
  }

  private static void awaitOpenTransaction(TestServer server)
      throws SQLException, InterruptedException {
    long end = System.nanoTime() + FedCluster.LIMIT.toNanos();
    String open =
        "SELECT COUNT(*) FROM information_schema.innodb_trx"
            + " WHERE trx_state = 'LOCK WAIT' AND trx_rows_modified > 10";
    while (!server.query(open).equals("1")) {
      assertThat(System.nanoTime()).as("the block's transaction waits").isLessThan(end);
      // The server shows it anew only to one who has not asked for 100 ms.
      Thread.sleep(150);
    }
  }

  @Test
  void shouldStartWithBothPrimariesDownAfterAFullDrain() throws Exception {
    sound = false;
    chain.awaitDrained();
    chain.stop();
    servers.primary(0).kill();
    servers.primary(1).kill();
    chain.start();
    survive(
        REFUSED_AT_TIMES,
        () -> {},
        this::requireDown,
        () -> {
          servers.primary(0).start();
          servers.primary(1).start();
        });
  }

  /** The cluster holds blocks that the home, brought back from a copy, does not know of. */
  @Test
  void shouldTakeBlocksThatItHasAlready() throws Exception {
    sound = false;
    chain.awaitDrained();
    chain.stop();
    Path copy = folder.resolve("copy");
    StoreCopy.take(chain.home().path(), copy);
    chain.start();
    long before = chain.committed();
    chain.go(BLOCKS / 2);
    chain.awaitDrained();
    chain.stop();

    Files.move(chain.home().path(), folder.resolve("later"));
    StoreCopy.take(copy, chain.home().path());
    chain.start();
    assertThat(chain.committed()).isEqualTo(before);
    chain.give(before + 1, 2);
    survive(ANSWERED, () -> {}, () -> {}, () -> {});
  }
}
