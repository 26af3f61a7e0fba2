package dev.varve.storage;

import static dev.varve.storage.fixture.PendingTasks.accepted;
import static dev.varve.storage.fixture.PendingTasks.committed;
import static dev.varve.storage.fixture.PendingTasks.committedTask;
import static dev.varve.storage.fixture.PendingTasks.dropped;
import static dev.varve.storage.fixture.PendingTasks.failed;
import static dev.varve.storage.fixture.PendingTasks.failedTask;
import static dev.varve.storage.fixture.PendingTasks.followed;
import static dev.varve.storage.fixture.PendingTasks.forgotten;
import static dev.varve.storage.fixture.PendingTasks.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every {@link PendingStore} keeps to; one that is not durable begins empty each time. */
public abstract class PendingStoreContract {
  private PendingStore store;

  /** Opens the store of this test, as it was left when it was last closed. */
  protected abstract PendingStore open() throws Exception;

  /** Opens a store that takes at most about so many bytes. */
  protected abstract PendingStore openBounded(long boundBytes) throws Exception;

  /** About the fewest bytes to which a store can be bounded. */
  protected abstract long leastBoundBytes();

  /** Lets go of what {@link #open} made; after the store was closed. */
  protected void cleanUp() throws Exception {}

  @AfterEach
  final void closeStore() throws Exception {
    if (store != null) {
      store.close();
    }
    cleanUp();
  }

  private PendingStore opened() throws Exception {
    store = open();
    return store;
  }

  /** What is there after it was closed and opened again. */
  private PendingContents reopened() throws Exception {
    store.close();
    store = open();
    return store.contents();
  }

  private void write(PendingChange... changes) {
    store.write(List.of(changes));
  }

  private void requireDurable() {
    assumeTrue(store.durable(), "nothing is there after it was opened again");
  }

  @Test
  void shouldBeginEmpty() throws Exception {
    PendingContents found = opened().contents();
    assertThat(found.tasks()).isEmpty();
    assertThat(found.failed()).isEmpty();
    assertThat(found.committed()).isEmpty();
    assertThat(found.followed()).isZero();
  }

  @Test
  void shouldHoldTasksInOrderOfAcceptance() throws Exception {
    opened();
    requireDurable();
    write(accepted(1), accepted(2));
    write(accepted(3));
    assertThat(reopened().tasks()).containsExactly(task(1), task(2), task(3));
    assertThat(store.contents().tasks()).containsExactly(task(1), task(2), task(3));
  }

  @Test
  void shouldOrderById() throws Exception {
    opened();
    requireDurable();
    write(accepted(7));
    write(accepted(3), failed(7));
    write(accepted(12), accepted(5), failed(5));
    PendingContents found = reopened();
    assertThat(found.tasks()).containsExactly(task(3), task(12));
    assertThat(found.failed()).containsExactly(failedTask(5), failedTask(7));
  }

  @Test
  void shouldHoldNothingOfItWhenItIsNotDurable() throws Exception {
    assumeTrue(!opened().durable(), "what was written is there again");
    write(accepted(1), followed(5));
    PendingContents found = reopened();
    assertThat(found.tasks()).isEmpty();
    assertThat(found.followed()).isZero();
  }

  @Test
  void shouldRememberACommittedTaskForItsKeyOnly() throws Exception {
    opened();
    requireDurable();
    write(accepted(1), accepted(3), accepted(6), accepted(9));
    write(committed(1), committed(3), followed(19));
    write(committed(9));
    PendingContents found = reopened();
    assertThat(found.tasks()).containsExactly(task(6));
    assertThat(found.committed()).containsExactly(committedTask(3), committedTask(9));
    assertThat(found.followed()).isEqualTo(19);
    write(forgotten(3));
    assertThat(reopened().committed()).containsExactly(committedTask(9));
  }

  @Test
  void shouldKeepAFailedTaskUntilItIsDropped() throws Exception {
    opened();
    requireDurable();
    write(accepted(1), accepted(2), accepted(3));
    write(failed(2));
    write(failed(3), dropped(1));
    PendingContents found = reopened();
    assertThat(found.tasks()).isEmpty();
    assertThat(found.failed()).containsExactly(failedTask(2), failedTask(3));
    write(dropped(2));
    assertThat(reopened().failed()).containsExactly(failedTask(3));
  }

  @Test
  void shouldLetGoOfAFailedTaskThatCameIntoABlock() throws Exception {
    opened();
    requireDurable();
    write(accepted(3), accepted(4), failed(3), failed(4));
    write(committed(3), committed(4));
    PendingContents found = reopened();
    assertThat(found.failed()).isEmpty();
    assertThat(found.tasks()).isEmpty();
    assertThat(found.committed()).containsExactly(committedTask(3));
  }

  @Test
  void shouldPassOverChangesToTasksThatAreNotThere() throws Exception {
    opened();
    write(accepted(1), accepted(3), accepted(6));
    write(committed(3), dropped(6));
    write(committed(30), failed(31), dropped(32), forgotten(33));
    write(committed(6), failed(6), dropped(6), forgotten(6));
    write(dropped(3), failed(3), forgotten(1), committed(3));
    requireDurable();
    PendingContents found = reopened();
    assertThat(found.tasks()).containsExactly(task(1));
    assertThat(found.failed()).isEmpty();
    assertThat(found.committed()).containsExactly(committedTask(3));
  }

  @Test
  void shouldApplyTheChangesOfOneWriteInTheirOrder() throws Exception {
    opened();
    requireDurable();
    write(dropped(1), accepted(1), accepted(2), failed(2), accepted(3), committed(3), forgotten(3));
    write(followed(7), dropped(2), followed(8));
    PendingContents found = reopened();
    assertThat(found.tasks()).containsExactly(task(1));
    assertThat(found.failed()).isEmpty();
    assertThat(found.committed()).isEmpty();
    assertThat(found.followed()).isEqualTo(8);
  }

  @Test
  void shouldRememberTheLastHeightFollowed() throws Exception {
    opened();
    requireDurable();
    write(followed(41));
    write(followed(42));
    assertThat(reopened().followed()).isEqualTo(42);
    write(accepted(1));
    assertThat(reopened().followed()).isEqualTo(42);
  }

  @Test
  void shouldTakeNoChanges() throws Exception {
    opened().write(List.of());
    requireDurable();
    assertThat(reopened().tasks()).isEmpty();
  }

  @Test
  void shouldHoldLargeAndEmptyTransactions() throws Exception {
    opened();
    requireDurable();
    write(accepted(1, 0), accepted(2, 1_000_000), accepted(3, 1));
    assertThat(reopened().tasks()).containsExactly(task(1, 0), task(2, 1_000_000), task(3, 1));
  }

  @Test
  void shouldGiveRisingIds() throws Exception {
    opened();
    long before = 0;
    for (int i = 0; i < 100; i++) {
      long id = store.nextId();
      assertThat(id).isGreaterThan(before);
      before = id;
    }
  }

  @Test
  void shouldNeverGiveTheIdOfATaskAgain() throws Exception {
    opened();
    requireDurable();
    long first = store.nextId();
    write(accepted(first));
    long last = store.nextId();
    write(accepted(last), dropped(last));
    write(dropped(first));
    reopened();
    assertThat(store.nextId()).isGreaterThan(last);
  }

  @Test
  void shouldRefuseTasksAtItsBoundAndStillLetGoOfThem() throws Exception {
    store = openBounded(leastBoundBytes());
    List<Long> held = new ArrayList<>();
    int txBytes = (int) Math.max(100, leastBoundBytes() / 50);
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 200; i++) {
                long id = store.nextId();
                write(accepted(id, txBytes));
                held.add(id);
              }
            })
        .isInstanceOf(StorageException.DiskFull.class)
        .hasMessageContaining(String.valueOf(store.stats().boundBytes()));
    assertThat(held).isNotEmpty();
    assertThat(store.stats().bytes()).isLessThanOrEqualTo(store.stats().boundBytes());
    for (long id : held) {
      write(committed(id), forgotten(id), followed(id));
    }
    for (int i = 0; i < 10; i++) {
      write(accepted(store.nextId(), txBytes));
    }
  }

  @Test
  void shouldHoldNothingOfAWriteThatWasRefused() throws Exception {
    store = openBounded(leastBoundBytes());
    requireDurable();
    write(accepted(1), followed(3));
    List<PendingChange> tooMuch = new ArrayList<>(List.of(dropped(1), followed(4)));
    for (int id = 2; id < 40; id++) {
      tooMuch.add(accepted(id, (int) leastBoundBytes() / 20));
    }
    assertThatThrownBy(() -> store.write(tooMuch)).isInstanceOf(StorageException.DiskFull.class);
    write(accepted(50));
    PendingContents found = reopened();
    assertThat(found.tasks()).containsExactly(task(1), task(50));
    assertThat(found.followed()).isEqualTo(3);
  }

  @Test
  void shouldBeClosedOnceClosed() throws Exception {
    opened().close();
    store.close();
    assertThatThrownBy(() -> write(accepted(1))).isInstanceOf(StorageException.Closed.class);
  }

  @Test
  void shouldTellItsFigures() throws Exception {
    opened();
    write(accepted(1));
    PendingStats stats = store.stats();
    assertThat(stats.kind()).isIn("memory", "disk", "cluster");
    assertThat(stats.bytes()).isPositive().isLessThanOrEqualTo(stats.boundBytes());
    assertThat(stats.forces() > 0).isEqualTo(stats.kind().equals("disk"));
  }
}
