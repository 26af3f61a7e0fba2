package dev.varve.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.sharding.ClusterConfig.Group;
import dev.varve.sharding.ClusterConfig.LoadBalancer;
import dev.varve.sharding.ClusterConfig.Records;
import dev.varve.sharding.ClusterConfig.TlsMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

class ClusterConfigTest {
  private static final Path EXAMPLES = Path.of("examples");
  private static final Map<String, String> ENVIRONMENT =
      Map.of("VARVE_DATABASE_PASSWORD", "one", "VARVE_READER_PASSWORD", "two");

  private static final String GOOD =
      """
      defaults:
        username: varve
        password: top-secret
      pools:
        primary: {maxPoolSize: 8, minPoolSize: 2}
        replica: {connectionTimeoutMilliseconds: 300}
      dataSources:
        p: {url: "jdbc:mysql://h1:3306/varve"}
        r: {url: "jdbc:mysql://h2/varve"}
      groups:
        main:
          records: [execution, chain]
          rules:
            - !READWRITE_SPLITTING
              dataSourceGroups:
                part_0: {writeDataSourceName: p, readDataSourceNames: [r]}
              loadBalancer: RANDOM
            - !SHARDING
              shards: 3
      trimAfterReplicas: 1
      sinkDatabase: events
      """;

  @TempDir Path folder;

  private ClusterConfig load(String text) throws IOException {
    return ClusterConfig.load(
        Files.writeString(folder.resolve("cluster.yaml"), text), ENVIRONMENT::get);
  }

  private ClusterConfig example(String name) throws IOException {
    Files.writeString(folder.resolve("cluster.password"), "from-file\n");
    return load(Files.readString(EXAMPLES.resolve(name)));
  }

  @Test
  void shouldReadEachSetting() throws IOException {
    ClusterConfig config = load(GOOD);
    Group group = config.groups().get(0);
    assertThat(group.records()).isEqualTo(Set.of(Records.EXECUTION, Records.CHAIN));
    assertThat(group.loadBalancer()).isEqualTo(LoadBalancer.RANDOM);
    assertThat(group.shards()).isEqualTo(3);
    assertThat(group.parts().get(0).primary().port()).isEqualTo(3306);
    assertThat(group.parts().get(0).replicas().get(0).address()).isEqualTo("h2:3306");
    assertThat(config.primaryPool().minPoolSize()).isEqualTo(2);
    assertThat(config.replicaPool().connectionTimeoutMs()).isEqualTo(300);
    assertThat(config.replicaPool().maxPoolSize()).isEqualTo(8);
    assertThat(config.trimAfterReplicas()).isEqualTo(1);
    assertThat(config.sinkDatabase()).hasValue("events");
    assertThat(config.toString()).doesNotContain("top-secret");
  }

  @Test
  void shouldReadTheExampleWithOnePrimary() throws IOException {
    ClusterConfig config = example("one-primary.yaml");
    assertThat(config.groups()).hasSize(1);
    assertThat(config.groups().get(0).isPlain()).isTrue();
    assertThat(config.groups().get(0).parts().get(0).primary().secret().value())
        .isEqualTo("from-file");
    assertThat(config.trimAfterReplicas()).isEqualTo(1);
    assertThat(config.sinkDatabase()).hasValue("varve_sink");
  }

  @Test
  void shouldReadTheExampleWithTwoGroups() throws IOException {
    ClusterConfig config = example("two-groups.yaml");
    assertThat(config.groups()).extracting(Group::name).containsExactly("execution", "chain");
    var reader = config.groups().get(1).parts().get(0).replicas().get(1);
    assertThat(reader.username()).isEqualTo("varve_reader");
    assertThat(reader.secret().value()).isEqualTo("two");
    assertThat(reader.tls().mode()).isEqualTo(TlsMode.VERIFY_IDENTITY);
    assertThat(reader.port()).isEqualTo(3307);
    assertThat(config.replicaPool().maxPoolSize()).isEqualTo(32);
  }

  @Test
  void shouldReadTheExampleWithFourPrimaries() throws IOException {
    ClusterConfig config = example("four-primaries.yaml");
    assertThat(config.groups().get(0).parts()).hasSize(4);
    assertThat(config.groups().get(0).shards()).isEqualTo(16);
    assertThat(config.sinkDatabase()).isEmpty();
  }

  /** The comments of the first example say what the defaults are. */
  @Test
  void shouldHaveTheDefaultsThatTheExampleShows() throws IOException {
    String shown =
        Files.readString(EXAMPLES.resolve("one-primary.yaml"))
            .replaceAll("(?m)^(\\s*)# ((trimAfter|sinkData|pools:|  |loadBal).*)$", "$1$2");
    Files.writeString(folder.resolve("cluster.password"), "from-file\n");
    assertThat(shown).contains("\npools:").contains("\ntrimAfterReplicas: 1");
    assertThat(load(shown)).isEqualTo(example("one-primary.yaml"));
  }

  @Test
  void shouldRenameDatabasesForValidatorsThatShareServers() throws IOException {
    ClusterConfig config = load(GOOD).withDatabaseSuffix("_2");
    assertThat(config.groups().get(0).parts().get(0).primary().database()).isEqualTo("varve_2");
    assertThat(config.groups().get(0).parts().get(0).replicas().get(0).database())
        .isEqualTo("varve_2");
    assertThat(config.sinkDatabase()).hasValue("events_2");
  }

  @ParameterizedTest
  @CsvFileSource(resources = "mistakes.txt", delimiter = '|', quoteCharacter = '`')
  void shouldNameEachMistake(String good, String bad, String message) throws IOException {
    assertThat(GOOD).contains(good);
    String replacement = bad.equals("''") ? "" : bad.replace("\\n", "\n");
    String text = GOOD.replace(good, replacement);
    assertThatThrownBy(() -> load(text))
        .isInstanceOf(ClusterConfigException.class)
        .hasMessageStartingWith(folder.resolve("cluster.yaml").toString())
        .hasMessageContaining(message)
        .hasMessageNotContaining("top-secret")
        .hasMessageNotContaining("\n");
  }

  @Test
  void shouldRefuseShardsThatPrimariesCannotShare() throws IOException {
    String text = Files.readString(EXAMPLES.resolve("four-primaries.yaml"));
    Files.writeString(folder.resolve("cluster.password"), "x");
    assertThatThrownBy(() -> load(text.replace("shards: 16", "shards: 6")))
        .hasMessageContaining("shards = '6': must be a multiple of the number of primaries, 4");
    assertThatThrownBy(() -> load(text + "sinkDatabase: sink\n"))
        .hasMessageContaining("sinkDatabase = 'sink': must be none");
  }

  @Test
  void shouldRefuseFilesThatAreNone() throws IOException {
    assertThatThrownBy(() -> ClusterConfig.load(folder.resolve("none.yaml")))
        .hasMessage(folder.resolve("none.yaml") + ": no such file");
    assertThatThrownBy(() -> load("")).hasMessageContaining("is empty");
    assertThatThrownBy(() -> load("- a\n"))
        .hasMessageContaining("the file = a list: must be a map");
    assertThatThrownBy(() -> load("defaults: {}\n"))
        .hasMessageContaining("lacks the key dataSources");
    assertThatThrownBy(() -> load("a: &x [1]\nb: [*x, *x]\n")).hasMessageContaining("cluster.yaml");
  }
}
