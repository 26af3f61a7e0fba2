package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
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
    int base = freeBase();
    try (ServerSocket taken = listen(base + 2)) {
      assertThatThrownBy(() -> new Ports(base, 0).requireFree())
          .isInstanceOf(CliException.class)
          .hasMessageContaining("port " + taken.getLocalPort() + " is taken")
          .hasMessageContaining("for the application (ABCI)");
    }
  }

  /** Below the range of outgoing connections, so that nothing takes one of them by chance. */
  private static int freeBase() {
    for (int base = 15_000; base < 32_000; base += Ports.STRIDE) {
      int taken = 0;
      for (int port = base; port < base + Ports.USED; port++) {
        try {
          listen(port).close();
        } catch (IOException e) {
          taken++;
        }
      }
      if (taken == 0) {
        return base;
      }
    }
    throw new AssertionError("no " + Ports.USED + " free ports in a row");
  }

  private static ServerSocket listen(int port) throws IOException {
    return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
  }
}
