package dev.varve.storage.pending;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.storage.pending.GatewayRow.State;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SightingsTest {
  private static final long LEASE_MS = 1_000;

  private long nanos;
  private final Sightings sightings = new Sightings(() -> nanos);

  private static GatewayRow row(State state, String session, long renewals, boolean over) {
    return new GatewayRow(5, session, state, 0, renewals, LEASE_MS, over, 0, 0, 0, 0, 0);
  }

  private boolean isOver(GatewayRow row) {
    return sightings.over(List.of(row)).contains(row);
  }

  private void pass(long millis) {
    nanos += Duration.ofMillis(millis).toNanos();
  }

  @Test
  void shouldWaitForAWholeLeaseThatItSawItself() {
    GatewayRow silent = row(State.LIVE, "a", 7, true);
    assertThat(isOver(silent)).isFalse();
    pass(LEASE_MS - 1);
    assertThat(isOver(silent)).isFalse();
    pass(1);
    assertThat(isOver(silent)).isTrue();
  }

  @Test
  void shouldTakeEachSignOfLife() {
    isOver(row(State.LIVE, "a", 7, true));
    pass(LEASE_MS);
    assertThat(isOver(row(State.LIVE, "a", 8, true))).isFalse();
    pass(LEASE_MS);
    assertThat(isOver(row(State.LIVE, "b", 8, true))).isFalse();
    pass(LEASE_MS - 1);
    assertThat(isOver(row(State.LIVE, "b", 8, true))).isFalse();
  }

  @Test
  void shouldLeaveALeaseThatRunsByTheServersClock() {
    isOver(row(State.LIVE, "a", 7, false));
    pass(10 * LEASE_MS);
    assertThat(isOver(row(State.LIVE, "a", 7, false))).isFalse();
    assertThat(isOver(row(State.LIVE, "a", 7, true))).isTrue();
  }

  @Test
  void shouldForgetAGatewayThatWasAway() {
    GatewayRow silent = row(State.LIVE, "a", 7, true);
    isOver(silent);
    assertThat(sightings.over(List.of())).isEmpty();
    pass(LEASE_MS);
    assertThat(isOver(silent)).isFalse();
  }

  @Test
  void shouldNotWaitForOneThatWasClosedNorTakeOneThatIsTaken() {
    assertThat(isOver(row(State.CLOSED, "a", 7, false))).isTrue();
    assertThat(isOver(row(State.TAKEN, "a", 7, true))).isFalse();
  }
}
