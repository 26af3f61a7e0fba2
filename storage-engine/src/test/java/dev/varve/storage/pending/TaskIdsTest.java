package dev.varve.storage.pending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.storage.StorageException;
import org.junit.jupiter.api.Test;

class TaskIdsTest {
  private static final long FIRST_OF_3 = 3L << 36;

  private final TaskIds ids = new TaskIds();

  @Test
  void shouldGoOnAfterTheLastThatWasWritten() {
    ids.begin(3, FIRST_OF_3 + 17);
    assertThat(ids.next()).isEqualTo(FIRST_OF_3 + 18);
    ids.wrote(FIRST_OF_3 + 40);
    assertThat(ids.next()).isEqualTo(FIRST_OF_3 + 41);
  }

  @Test
  void shouldBeginWithTheNumberOfTheGateway() {
    ids.begin(3, 0);
    assertThat(ids.next()).isEqualTo(FIRST_OF_3 + 1);
    ids.begin(TaskIds.MAX_NUMBER, 0);
    assertThat(ids.next()).isGreaterThan(FIRST_OF_3).isLessThan(1L << 53);
  }

  @Test
  void shouldNotGiveIdsOfTheNextNumber() {
    ids.begin(3, (4L << 36) - 2);
    assertThat(ids.next()).isEqualTo((4L << 36) - 1);
    assertThatThrownBy(ids::next).isInstanceOf(StorageException.Unavailable.class);
    assertThat(TaskIds.isWorn(3, (4L << 36) - 1)).isTrue();
    assertThat(TaskIds.isWorn(3, FIRST_OF_3 + 1_000_000)).isFalse();
  }
}
