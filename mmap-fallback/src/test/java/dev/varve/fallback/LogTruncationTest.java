package dev.varve.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.fallback.io.CrashImage;
import dev.varve.fallback.io.FaultyFileIo;
import dev.varve.fallback.io.FaultyFileIo.Call;
import dev.varve.fallback.io.RealFileIo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The removed entries' zeros did not reach the disk: what may come back when the power fails. */
class LogTruncationTest {
  private static final int LAST = 20;
  private static final int KEPT = 5;
  private static final int CUTS = 40;

  @TempDir Path temporary;
  private final CrashImage image = new CrashImage();
  private final FaultyFileIo files = new FaultyFileIo(image);
  private Path folder;
  private FallbackLog log;

  @BeforeEach
  void truncateInVain() {
    folder = temporary.resolve("log");
    log = open(folder, files);
    Entries.append(log, 1, LAST);
    log.awaitIdle();
    failSegmentForces();
    assertThatThrownBy(() -> log.truncateAfter(KEPT)).isInstanceOf(FallbackLogException.Io.class);
  }

  private static FallbackLog open(Path folder, FaultyFileIo files) {
    return FallbackLog.open(Entries.config(folder), files);
  }

  private void failSegmentForces() {
    files.setFault(
        (call, file) -> {
          if (call == Call.FORCE && file.getFileName().toString().startsWith("segment-")) {
            image.forceFailed(file);
            throw FaultyFileIo.failure(file, false);
          }
        });
  }

  /** What is left after each power cut ends with {@code last} and was not damaged. */
  private void assertSurvives(long last) throws IOException {
    log.close();
    for (int cut = 0; cut < CUTS; cut++) {
      Path left = temporary.resolve("left" + cut);
      image.capture(folder, left, new Random(cut));
      try (FallbackLog survivor = open(left, new FaultyFileIo(new RealFileIo()))) {
        assertThat(survivor.damage()).as("cut %d", cut).isEmpty();
        assertThat(survivor.lastSequence()).as("cut %d", cut).isEqualTo(last);
        for (long s = 1; s <= last; s++) {
          assertThat(survivor.read(s).orElseThrow()).isEqualTo(Entries.payload(s));
        }
      }
    }
  }

  @Test
  void shouldStayVoidAfterAnAppendThatFailedToo() throws IOException {
    assertThatThrownBy(() -> log.append(Entries.entry(KEPT + 1)))
        .isInstanceOf(FallbackLogException.Io.class)
        .hasMessageContaining("a truncation cannot be finished");
    assertSurvives(KEPT);
  }

  @Test
  void shouldStayVoidAfterTheNextAppend() throws IOException {
    files.heal();
    Entries.append(log, KEPT + 1, KEPT + 2);
    assertSurvives(KEPT + 2);
  }

  @Test
  void shouldStayVoidAfterTheNextOpen() throws IOException {
    log.close();
    files.heal();
    log = open(folder, files);
    Entries.append(log, KEPT + 1, KEPT + 2);
    assertSurvives(KEPT + 2);
  }

  @Test
  void shouldFinishAtATruncationThatRemovesNothing() throws IOException {
    files.heal();
    log.truncateAfter(KEPT + 100);
    assertSurvives(KEPT);
  }
}
