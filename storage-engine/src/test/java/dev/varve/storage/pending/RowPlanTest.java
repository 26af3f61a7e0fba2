package dev.varve.storage.pending;

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

import dev.varve.storage.PendingChange;
import dev.varve.storage.pending.WritePlan.Status;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RowPlanTest {
  private static final int OWN = 1;
  private static final int OTHER = 2;

  private final Map<Long, TaskRow.Brief> before = new HashMap<>();

  private void held(long id, Status status, int gateway) {
    before.put(id, new TaskRow.Brief(id, status, gateway, 1_000));
  }

  private RowPlan plan(PendingChange... changes) {
    return RowPlan.of(List.of(changes), before, OWN, 5);
  }

  private static List<FeedRow.Kind> kinds(RowPlan plan) {
    return plan.feed().stream().map(FeedRow::kind).toList();
  }

  @Test
  void shouldTellWhatBecomesOfEachTask() {
    held(1, Status.PENDING, OWN);
    held(2, Status.PENDING, OWN);
    held(3, Status.PENDING, OWN);
    held(6, Status.COMMITTED, OWN);
    RowPlan plan =
        plan(accepted(9), committed(1), failed(2), committed(3), forgotten(6), followed(8));
    assertThat(plan.inserted()).containsExactly(task(9));
    assertThat(plan.failed()).containsExactly(failedTask(2));
    assertThat(plan.committed()).containsExactly(committedTask(3));
    assertThat(plan.deleted()).containsExactly(1L, 6L);
    assertThat(plan.followed()).isEqualTo(8);
    assertThat(plan.highestId()).isEqualTo(9);
    assertThat(kinds(plan))
        .containsExactly(
            FeedRow.Kind.ACCEPTED,
            FeedRow.Kind.COMMITTED,
            FeedRow.Kind.FAILED,
            FeedRow.Kind.COMMITTED,
            FeedRow.Kind.FORGOTTEN);
    assertThat(plan.moreBytes())
        .isEqualTo(
            TaskRow.bytes(task(9))
                + TaskRow.bytes(failedTask(2))
                + TaskRow.bytes(committedTask(3))
                - 4_000);
  }

  @Test
  void shouldLeaveNoTraceOfWhatCameAndWent() {
    RowPlan plan = plan(accepted(1), failed(1), dropped(1), accepted(2), committed(2));
    assertThat(plan.inserted()).isEmpty();
    assertThat(plan.failed()).isEmpty();
    assertThat(plan.feed()).isEmpty();
    assertThat(plan.deleted()).isEmpty();
    assertThat(plan.moreBytes()).isZero();
    assertThat(plan.followed()).isEqualTo(5);
  }

  @Test
  void shouldMakeARowOfATaskThatFailsAtOnce() {
    RowPlan plan = plan(accepted(1), failed(1));
    assertThat(plan.inserted()).containsExactly(task(1));
    assertThat(plan.failed()).containsExactly(failedTask(1));
    assertThat(plan.moreBytes()).isEqualTo(TaskRow.bytes(failedTask(1)));
  }

  @Test
  void shouldPassOverWhatIsNotThere() {
    held(3, Status.COMMITTED, OWN);
    held(4, Status.PENDING, OWN);
    RowPlan plan =
        plan(
            committed(1), failed(1), dropped(1), forgotten(1), failed(3), dropped(3), forgotten(4));
    assertThat(plan.feed()).isEmpty();
    assertThat(plan.moreBytes()).isZero();
  }

  @Test
  void shouldLeaveAPendingTaskOfAnotherToThat() {
    held(1, Status.PENDING, OTHER);
    held(2, Status.PENDING, OTHER);
    held(4, Status.FAILED, OTHER);
    RowPlan plan = plan(failed(1), dropped(1), committed(2), dropped(4));
    assertThat(plan.failed()).isEmpty();
    assertThat(plan.deleted()).containsExactly(2L, 4L);
    assertThat(kinds(plan)).containsExactly(FeedRow.Kind.COMMITTED, FeedRow.Kind.DROPPED);
  }

  @Test
  void shouldRefuseATaskThatIsThere() {
    held(1, Status.COMMITTED, OWN);
    assertThatThrownBy(() -> plan(accepted(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("task 1 was accepted before");
  }
}
