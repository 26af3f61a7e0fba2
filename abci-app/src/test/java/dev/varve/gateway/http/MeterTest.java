package dev.varve.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.gateway.UplinkException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the owner of a server is told of requests. */
class MeterTest {
  private Fixture fixture;

  @BeforeEach
  void setUp() throws Exception {
    fixture = new Fixture();
  }

  @AfterEach
  void tearDown() throws Exception {
    fixture.close();
  }

  @Test
  void shouldTellOfAcknowledgements() throws Exception {
    fixture.post("/v1/uplink", "{\"text\":\"a=1\"}");
    fixture.post("/v1/uplink", "[{\"text\":\"b=1\"},{\"text\":\"c=1\"}]");
    fixture.get("/broadcast_tx_async?tx=%22d=1%22");
    fixture.call("broadcast_tx_async", "[\"" + Fixture.base64("e=1") + "\"]");

    assertThat(fixture.meter.told())
        .containsExactly("acknowledged 1", "acknowledged 2", "acknowledged 1", "acknowledged 1");
  }

  @Test
  void shouldTellWhyItDoesNotAccept() throws Exception {
    fixture.post("/v1/uplink", "{\"text\":\"none\"}");
    fixture.uplink.failWith(new UplinkException.Busy("full"));
    fixture.post("/v1/uplink", "{\"text\":\"a=1\"}");
    fixture.uplink.failWith(new UplinkException.Unavailable("no backup", null));
    fixture.get("/broadcast_tx_sync?tx=%22a=1%22");

    assertThat(fixture.meter.told())
        .containsExactly("refused refused", "refused busy", "refused unavailable");
  }

  @Test
  void shouldTellOfNothingThatCameToNoSubmission() throws Exception {
    fixture.post("/v1/uplink", "{");
    fixture.post("/", "{");
    fixture.get("/broadcast_tx_sync?tx=0xf");
    fixture.get("/status");

    assertThat(fixture.meter.told()).isEmpty();
  }

  @Test
  void shouldTellWhereReadsWereAnsweredFrom() throws Exception {
    fixture.post("/v1/uplink", "{\"text\":\"a=1\"}");
    String hash = Fixture.hash("a=1");
    fixture.meter.told();
    reads(hash);
    assertThat(fixture.meter.told()).hasSize(4).containsOnly("read pending");

    fixture.uplink.commit();
    reads(hash);
    assertThat(fixture.meter.told()).hasSize(4).containsOnly("read committed");

    fixture.get("/v1/tx/" + Fixture.hash("none"));
    assertThat(fixture.meter.told()).as("found nowhere").isEmpty();
  }

  private void reads(String hash) throws Exception {
    fixture.get("/v1/data/a");
    fixture.get("/v1/tx/" + hash);
    fixture.get("/abci_query?data=%22a%22");
    fixture.get("/tx?hash=0x" + hash);
  }
}
