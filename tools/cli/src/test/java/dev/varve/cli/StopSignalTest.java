package dev.varve.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StopSignalTest {
  private final StopSignal signal = new StopSignal();

  @Test
  void shouldInterruptOnlyWhatMayBeInterrupted() {
    signal.interruptible();
    signal.raise();

    assertThat(Thread.currentThread().isInterrupted()).isTrue();
    assertThat(signal.isAsked()).isTrue();
    signal.uninterruptible();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  @Test
  void shouldLeaveTheThreadAloneAfterwards() {
    signal.interruptible();
    signal.uninterruptible();
    signal.raise();

    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertThat(signal.asked()).isCompleted();
  }
}
