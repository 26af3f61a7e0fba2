package dev.varve.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventQueryTest {
  private static final String HASH = "ab".repeat(32);

  @Test
  void shouldReadItsOwn() {
    assertThat(EventQuery.parse("tm.event='Uplink'")).isPresent();
    assertThat(EventQuery.parse(" tm.event = 'Uplink' ").orElseThrow().hash()).isEmpty();
    assertThat(
            EventQuery.parse("tx.hash='" + HASH + "' AND tm.event='Uplink'").orElseThrow().hash())
        .hasValueSatisfying(hash -> assertThat(hash.size()).isEqualTo(32));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tm.event='Tx'",
        "tm.event='Uplink",
        "tm.event='",
        "tm.event=Uplink",
        "tm.events='Uplink'",
        "tm.event='Uplink' AND tx.hash='ab'",
        "tm.event='Uplink' AND tx.height=5",
        "tm.event='Uplink' AND",
      })
  void shouldLeaveOthersToTheNode(String query) {
    assertThat(EventQuery.parse(query)).isEmpty();
    assertThat(EventQuery.parse("tx.hash='" + HASH + "'")).isEmpty();
  }
}
