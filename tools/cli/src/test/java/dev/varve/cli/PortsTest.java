package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class PortsTest {
  @Test
  void shouldGiveEveryValidatorTenPorts() {
    Ports ports = new Ports(26656, 3);

    assertThat(ports.p2p()).isEqualTo(26686);
    assertThat(ports.rpc()).isEqualTo(26687);
    assertThat(ports.abci()).isEqualTo(26688);
    assertThat(ports.http()).isEqualTo(26689);
  }

  @Test
  void shouldKeepTheLastValidatorsPortsInRange() {
    assertThatCode(() -> Ports.requireRange(65_535 - 193, 20)).doesNotThrowAnyException();
    assertThatThrownBy(() -> Ports.requireRange(65_535 - 192, 20))
        .hasMessage("--port-base 65343: must be 1024 to 65342 for 20 validators");
  }

  @Test
  void shouldNameATakenPortAndItsUse() throws IOException {
    int base = FreePorts.base();
    try (ServerSocket taken = FreePorts.listen(base + 2)) {
      assertThatThrownBy(() -> new Ports(base, 0).requireFree())
          .isInstanceOf(CliException.class)
          .hasMessageContaining("port " + taken.getLocalPort() + " is taken")
          .hasMessageContaining("for the application (ABCI)");
    }
  }
}
