package dev.varve.storage.disk.sql;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ReplicaMarkersTest {
  private final ShownGroup group = new ShownGroup(2);
  private final ShownNode a = group.replica("a", 0);
  private final ShownNode b = group.replica("b", 0);
  private final ShownNode c = group.replica("c", 1);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(LagWarning.class);
  private long now = 1;

  @BeforeEach
  void listen() {
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void close() {
    logger.detachAppender(log);
  }

  private List<String> told() {
    return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  private ReplicaMarkers markers(long written) {
    ReplicaMarkers markers = new ReplicaMarkers(group, () -> now);
    markers.writing(written);
    markers.poll();
    return markers;
  }

  private void look(ReplicaMarkers markers, long applied, Duration later) {
    now += later.toNanos();
    markers.writing(applied);
    markers.poll();
    markers.tellOfMissing(1, applied);
  }

  @Test
  void shouldTellOfReplicasThatAnswerButStandStill() {
    a.show(5);
    b.show(4);
    c.show(7);
    ReplicaMarkers markers = markers(8);
    look(markers, 8, Duration.ZERO);
    look(markers, 9, Duration.ofSeconds(59));
    assertThat(told()).isEmpty();
    look(markers, 10, Duration.ofSeconds(1));
    assertThat(told())
        .singleElement()
        .asString()
        .contains("keeps all blocks above 5", "for 60 s", "[] do not answer, [a, b, c] answer but");

    look(markers, 11, Duration.ofMinutes(9));
    assertThat(told()).hasSize(1);
    look(markers, 12, Duration.ofMinutes(1));
    assertThat(told()).hasSize(2);
  }

  @Test
  void shouldTellOfReplicasThatDoNotAnswer() {
    a.show(8);
    b.show(8);
    c.fail();
    ReplicaMarkers markers = markers(8);
    look(markers, 8, Duration.ZERO);
    look(markers, 8, Duration.ofSeconds(60));
    assertThat(told()).singleElement().asString().contains("[c] do not answer, [] answer but");
  }

  @Test
  void shouldSayNothingWhileReplicasApplyBlocksOrLackNone() {
    ReplicaMarkers markers = markers(100);
    for (int height = 1; height <= 90; height++) {
      a.show(height);
      c.show(height);
      look(markers, 100, Duration.ofSeconds(59));
    }
    a.show(100);
    c.show(100);
    look(markers, 100, Duration.ofHours(1));
    look(markers, 100, Duration.ofHours(1));
    assertThat(told()).isEmpty();
  }

  @Test
  void shouldTakeNoReplicaOutOfUseBecauseOfAnother() {
    a.show(8);
    b.show(3);
    c.fail();
    ReplicaMarkers markers = markers(8);
    assertThat(markers.holding(8)).containsExactly("a");
    assertThat(markers.holding(3)).containsExactlyInAnyOrder("a", "b");
    assertThat(markers.furthest(8)).containsExactly("a");
    a.fail();
    markers.poll();
    assertThat(markers.holding(8)).isEmpty();
    assertThat(markers.furthest(8)).containsExactly("b");
  }

  @Test
  void shouldAskNoReplicaThatShowsMoreThanWasWritten() {
    a.show(9);
    b.show(3);
    c.show(8);
    ReplicaMarkers markers = markers(8);
    assertThat(markers.furthest(8)).containsExactlyInAnyOrder("b", "c");
    assertThat(markers.holding(8)).containsExactly("c");
  }
}
