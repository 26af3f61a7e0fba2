package dev.varve.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigTomlTest {
  private static final String TEXT =
      """
      # laddr = "commented"
      proxy_app = "tcp://127.0.0.1:26658"
      [rpc]
      laddr = "tcp://127.0.0.1:26657"
      laddr_other = 1
      [p2p]
      # Address to listen for incoming connections
      laddr = "tcp://0.0.0.0:26656"
      """;

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void writeFile() throws IOException {
    file = Files.writeString(folder.resolve("config.toml"), TEXT);
  }

  @Test
  void shouldChangeOneLineOfOneSectionOnly() throws IOException {
    ConfigToml config = ConfigToml.read(file);
    config.set("p2p.laddr", ConfigToml.quote("tcp://127.0.0.1:1"));
    config.write();
    assertThat(Files.readString(file)).isEqualTo(TEXT.replace("0.0.0.0:26656", "127.0.0.1:1"));
    assertThat(ConfigToml.read(file).string("p2p.laddr")).contains("tcp://127.0.0.1:1");
    assertThat(ConfigToml.read(file).string("proxy_app")).contains("tcp://127.0.0.1:26658");
  }

  @Test
  void shouldRefuseAKeyTheVersionDoesNotKnow() {
    ConfigToml config = ConfigToml.read(file);
    config.setIfPresent("rpc.missing", "1");
    assertThatThrownBy(() -> config.set("laddr", "1"))
        .isInstanceOf(TestnetException.class)
        .hasMessageEndingWith("has no key laddr");
  }
}
