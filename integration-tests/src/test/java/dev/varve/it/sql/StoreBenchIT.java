package dev.varve.it.sql;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.varve.bench.engine.EngineBench;
import dev.varve.bench.engine.StoreBench;
import dev.varve.sharding.fixture.ClusterYaml;
import dev.varve.sharding.fixture.ClusterYaml.Layout;
import dev.varve.sharding.fixture.NeedsDatabase;
import dev.varve.sharding.fixture.TestCluster;
import dev.varve.sharding.fixture.TestServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark of a cluster measures each place that answers, and leaves nothing behind. */
@NeedsDatabase
class StoreBenchIT {
  @TempDir private Path folder;

  @Test
  void shouldMeasureEachPlaceAndDropItsDatabases() throws Exception {
    TestCluster servers = TestCluster.shared();
    Path yaml =
        new ClusterYaml(servers, servers.createDatabase()).write(folder, Layout.ONE_PRIMARY);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    StoreBench.Options options =
        new StoreBench.Options(yaml, folder, 500, 250, 40, 200, true, false);
    int code =
        new StoreBench(new PrintStream(err, true, UTF_8))
            .run(options, new PrintStream(out, true, UTF_8));
    assertThat(code).as(err.toString(UTF_8)).isEqualTo(EngineBench.DONE);
    JsonNode figures = new ObjectMapper().readTree(out.toByteArray()).path("figures");
    assertThat(figures.findValuesAsText("bench"))
        .contains("drain", "memory", "replica", "primary")
        .hasSize(2 + 2 + 6 + 6);
    figures.forEach(figure -> assertThat(figure.path("value").asDouble()).isPositive());
    for (TestServer server : servers.servers()) {
      servers.awaitReplication();
      assertThat(server.query("SHOW DATABASES LIKE '%\\_bench\\_%'")).isNull();
    }
  }

  @Test
  void shouldNameTheServerThatIsAwayAndLeaveNothingOnTheOther() throws Exception {
    TestCluster servers = TestCluster.shared();
    ClusterYaml yaml = new ClusterYaml(servers, servers.createDatabase());
    int nobody;
    try (ServerSocket free = new ServerSocket(0)) {
      nobody = free.getLocalPort();
    }
    Path file = yaml.through(servers.primary(1), nobody).write(folder, Layout.TWO_GROUPS);
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    StoreBench.Options options =
        new StoreBench.Options(file, folder, 500, 250, 40, 200, true, false);
    int code = new StoreBench(new PrintStream(err, true, UTF_8)).run(options, System.out);
    assertThat(code).isEqualTo(EngineBench.FAILED);
    assertThat(err.toString(UTF_8))
        .containsPattern(
            "bench: SQL group chain does not answer: database \\S+ at 127.0.0.1:"
                + nobody
                + ": Connection refused\n$");
    assertThat(servers.primary(0).query("SHOW DATABASES LIKE '%\\_bench\\_%'")).isNull();
  }
}
