package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DevnetOptionsTest {
  private static final DevnetMarker OLD =
      new DevnetMarker(1, true, "c", 1, 31_000, "rocksdb", null, "0.38.26", null);

  @Test
  void shouldKeepTheOldPortsOfAFreshHomeUnlessOthersAreAskedFor() {
    assertThat(options(null).withPortBaseOf(OLD).newMarker("1.0.1").portBase()).isEqualTo(31_000);
    assertThat(options(32_000).withPortBaseOf(OLD).newMarker("1.0.1").portBase()).isEqualTo(32_000);
  }

  @Test
  void shouldMakeTheHomeWithTheDiskStoreThatIsAskedFor() {
    assertThat(with("leveldb", null).newMarker("1.0.1").disk()).isEqualTo("leveldb");
    assertThat(with(null, null).newMarker("1.0.1").disk()).isEqualTo("rocksdb");
    DevnetMarker marker = with("mysql", "/c/cluster.yaml").newMarker("1.0.1");
    assertThat(marker.disk()).isEqualTo("mysql");
    assertThat(marker.cluster()).isEqualTo("/c/cluster.yaml");
  }

  @Test
  void shouldRefuseAClusterForAnotherStore() {
    assertThatThrownBy(() -> with("rocksdb", "/c/cluster.yaml"))
        .hasMessageContaining("--cluster /c/cluster.yaml: is for --disk mysql");
    assertThatThrownBy(() -> with("mysql", null).newMarker("1.0.1"))
        .hasMessageContaining("--disk mysql needs --cluster");
  }

  private static DevnetOptions with(String disk, String cluster) {
    Path file = cluster == null ? null : Path.of(cluster);
    return new DevnetOptions(
        Path.of("home"), null, null, disk, file, null, null, null, true, false);
  }

  @Test
  void shouldRefuseAnotherLine() {
    assertThatThrownBy(() -> options(null).requireSameLine(OLD, "1.0"))
        .isInstanceOfSatisfying(
            CliException.class, e -> assertThat(e.exitCode()).isEqualTo(CliException.USAGE))
        .hasMessageContaining("was made by CometBFT 0.38.26 and this one is 1.0,");
  }

  private static DevnetOptions options(Integer portBase) {
    return new DevnetOptions(
        Path.of("home"), null, null, null, null, portBase, null, null, true, false);
  }
}
