package dev.varve.fallback;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.fallback.io.FaultyFileIo;
import dev.varve.fallback.io.RealFileIo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogDrainedTest {
  @TempDir Path folder;

  @Test
  void shouldNotSeemUndrainedWhileItIsTruncated() throws InterruptedException {
    FaultyFileIo hooked = new FaultyFileIo(new RealFileIo());
    List<Boolean> answers = Collections.synchronizedList(new ArrayList<>());
    List<Thread> askers = new ArrayList<>();
    try (FallbackLog log = FallbackLog.open(Entries.config(folder), hooked)) {
      for (long sequence = 1; sequence <= 5; sequence++) {
        log.append(Entries.entry(sequence));
      }
      assertThat(log.isDrained()).isFalse();
      log.drainTo(5);
      hooked.setFault(
          (call, file) -> {
            Thread asker = new Thread(() -> answers.add(log.isDrained()));
            asker.start();
            askers.add(asker);
            while (asker.getState() == Thread.State.RUNNABLE) {
              Thread.onSpinWait();
            }
          });
      log.truncateAfter(0);
      hooked.heal();
      for (Thread asker : askers) {
        asker.join();
      }
    }
    assertThat(answers).isNotEmpty().doesNotContain(false);
  }
}
