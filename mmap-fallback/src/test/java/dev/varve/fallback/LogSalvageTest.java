package dev.varve.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.fallback.io.FaultyFileIo;
import dev.varve.fallback.io.RealFileIo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be read of a damaged log, that behind the damage included. */
class LogSalvageTest {
  private record Place(Path file, long offset) {}

  @TempDir Path temporary;
  private final FaultyFileIo files = new FaultyFileIo(new RealFileIo());
  private final Map<Long, Place> places = new TreeMap<>();

  private Path folder() {
    return temporary.resolve("log");
  }

  private void write(long last) {
    try (FallbackLog log = FallbackLog.open(Entries.config(folder()), files)) {
      Entries.append(log, 1, last);
      log.awaitIdle();
    }
    LogInspector.inspect(
        folder(), files, (s, payload, file, at) -> places.put(s, new Place(file, at)));
  }

  private static void flip(Path file, long at) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[(int) at] ^= 1;
    Files.write(file, bytes);
  }

  /** The sequences, in the order in which they are shown; their payloads are right. */
  private List<Long> salvaged() throws IOException {
    Map<Path, ByteBuffer> before = contents();
    List<Long> sequences = new ArrayList<>();
    LogInspector.salvage(
        folder(),
        files,
        (sequence, payload, file, offset) -> {
          assertThat(payload).isEqualTo(Entries.payload(sequence));
          sequences.add(sequence);
        });
    assertThat(contents()).isEqualTo(before);
    return sequences;
  }

  private Map<Path, ByteBuffer> contents() throws IOException {
    Map<Path, ByteBuffer> contents = new TreeMap<>();
    for (Path file : files.list(folder())) {
      contents.put(file, ByteBuffer.wrap(Files.readAllBytes(file)));
    }
    return contents;
  }

  @Test
  void shouldShowEveryEntryOfAWholeLog() throws IOException {
    write(100);
    assertThat(salvaged()).isEqualTo(LongStream.rangeClosed(1, 100).boxed().toList());
  }

  @Test
  void shouldGoOnBehindDamagedEntries() throws IOException {
    write(100);
    flip(places.get(20L).file, places.get(20L).offset); // its magic
    flip(places.get(21L).file, places.get(21L).offset + 24); // its length
    flip(places.get(50L).file, places.get(50L).offset + 100); // its payload
    assertThat(salvaged())
        .isEqualTo(
            LongStream.rangeClosed(1, 100)
                .filter(s -> s != 20 && s != 21 && s != 50)
                .boxed()
                .toList());
  }

  @Test
  void shouldPassOverASegmentWithADamagedHeader() throws IOException {
    write(100);
    Path second = places.get(40L).file;
    assertThat(second).isNotEqualTo(places.get(1L).file).isNotEqualTo(places.get(100L).file);
    flip(second, 20);
    assertThat(salvaged())
        .isEqualTo(
            LongStream.rangeClosed(1, 100)
                .filter(s -> !places.get(s).file.equals(second))
                .boxed()
                .toList());
  }

  @Test
  void shouldShowNothingThatALaterSegmentMakesVoid() throws IOException {
    try (FallbackLog log = FallbackLog.open(Entries.config(folder()), files)) {
      Entries.append(log, 1, 3);
      log.awaitIdle();
      byte[] before = Files.readAllBytes(folder().resolve("segment-0000000001.log"));
      log.append(Entries.entry(4, 1, 100));
      byte[] after = Files.readAllBytes(folder().resolve("segment-0000000001.log"));
      assertThat(after).isNotEqualTo(before);
      log.truncateAfter(3);
      files.failNth(FaultyFileIo.Call.FORCE, 1, false);
      assertThatThrownBy(() -> log.append(Entries.entry(4, 2, 100)))
          .isInstanceOf(FallbackLogException.Io.class);
      files.heal();
      log.append(Entries.entry(4));
      log.close();
      // As if the failed append had reached the disk after all.
      Files.write(folder().resolve("segment-0000000001.log"), after);
    }
    assertThat(salvaged()).containsExactly(1L, 2L, 3L, 4L);
  }

  @Test
  void shouldShowNothingOfAFolderThatIsNotThere() {
    List<Long> seen = new ArrayList<>();
    LogInspector.salvage(
        temporary.resolve("absent"), files, (sequence, p, f, o) -> seen.add(sequence));
    assertThat(seen).isEmpty();
  }
}
