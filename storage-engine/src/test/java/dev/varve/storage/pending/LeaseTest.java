package dev.varve.storage.pending;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LeaseTest {
  private static final Lease.Identity ONE = new Lease.Identity(1, "session one");
  private static final Lease.Identity TWO = new Lease.Identity(2, "session two");

  private long nanos = Long.MAX_VALUE - 1_000_000; // such clocks may overflow
  private final Lease lease = new Lease(Duration.ofSeconds(10), () -> nanos);

  private void pass(int millis) {
    nanos += Duration.ofMillis(millis).toNanos();
  }

  @Test
  void shouldEndAFifthBeforeItEndsForOthers() {
    lease.begin(ONE, nanos);
    pass(7_999);
    assertThat(lease.maySend()).isTrue();
    pass(1);
    assertThat(lease.maySend()).isFalse();
    assertThat(lease.isLost()).isFalse();
  }

  @Test
  void shouldCountFromWhenARenewalWasAskedFor() {
    lease.begin(ONE, nanos);
    pass(5_000);
    long sent = nanos;
    pass(2_999);
    lease.renewed(ONE, sent);
    pass(5_000);
    assertThat(lease.maySend()).isTrue();
    pass(1);
    assertThat(lease.maySend()).isFalse();
    lease.renewed(ONE, nanos);
    assertThat(lease.maySend()).isTrue();
  }

  @Test
  void shouldNotSendAfterALossUntilTheCallerKnowsWhatIsItsOwn() {
    lease.begin(ONE, nanos);
    lease.lose(ONE);
    assertThat(lease.isLost()).isTrue();
    assertThat(lease.maySend()).isFalse();
    lease.renewed(ONE, nanos);
    assertThat(lease.maySend()).isFalse();
    lease.begin(TWO, nanos);
    lease.told(ONE); // what was told before the new beginning
    assertThat(lease.isValid()).isTrue();
    assertThat(lease.maySend()).isFalse();
    lease.told(null);
    assertThat(lease.maySend()).isFalse();
    lease.told(TWO);
    assertThat(lease.maySend()).isTrue();
  }

  @Test
  void shouldLoseNothingThroughWhatWasAskedBefore() {
    lease.begin(TWO, nanos);
    lease.lose(ONE);
    assertThat(lease.maySend()).isTrue();
    pass(5_000);
    lease.renewed(ONE, nanos);
    pass(5_000);
    assertThat(lease.maySend()).isFalse();
  }
}
