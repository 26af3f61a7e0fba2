package dev.varve.fallback;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.fallback.io.FileIo;
import dev.varve.fallback.io.MappedFile;
import dev.varve.fallback.io.RealFileIo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bytes on disk, against files kept from the first version. */
class LogFormatTest {
  private static final int BYTES = 8192;

  @TempDir Path folder;
  private final FileIo files = new RealFileIo();

  /** 16 bytes a line, lines of zeros left out. */
  private static String dump(byte[] bytes) {
    StringBuilder dump = new StringBuilder();
    for (int at = 0; at < bytes.length; at += 16) {
      String line = HexFormat.of().formatHex(bytes, at, at + 16);
      if (!line.matches("0+")) {
        dump.append(String.format("%04x %s%n", at, line));
      }
    }
    return dump.toString();
  }

  private static byte[] undump(String dump) {
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    dump.lines()
        .forEach(
            line ->
                bytes.put(
                    Integer.parseInt(line.substring(0, 4), 16),
                    HexFormat.of().parseHex(line.substring(5))));
    return bytes.array();
  }

  private static String golden(String name) throws IOException {
    try (InputStream in = LogFormatTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private static LogEntry entry(long sequence, String payload, long... hashes) {
    KeyIndex keys = new KeyIndex();
    for (int i = 0; i < hashes.length; i++) {
      keys.add(hashes[i], i);
    }
    byte[] bytes = payload.getBytes(UTF_8);
    return new LogEntry(sequence, bytes, 0, bytes.length, keys);
  }

  @Test
  void shouldWriteASegmentAsItAlwaysDid() throws IOException {
    Path path = folder.resolve(SegmentFile.name(7));
    MappedFile file = files.create(path, BYTES, true);
    Segment segment = Segment.blank(file, 7, 100, 0x1122334455667788L, 0);
    List<LogEntry> group = List.of(entry(100, "first", 1, 2), entry(101, "second entry", 2));
    int end = segment.end();
    for (LogEntry entry : group) {
      end += (int) EntryFormat.bytes(entry.length(), entry.keys().pairs());
    }
    segment.write(group);
    segment.force(end);
    segment.publish(group.size(), end);
    segment.finish();
    segment.seal();
    segment.release();
    assertThat(dump(Files.readAllBytes(path))).isEqualTo(golden("segment-v1.hex"));
  }

  @Test
  void shouldReadASegmentOfTheFirstVersion() throws IOException {
    Files.write(folder.resolve(SegmentFile.name(7)), undump(golden("segment-v1.hex")));
    Files.write(folder.resolve("cursor"), undump(golden("cursor-v1.hex")));
    Files.writeString(folder.resolve("FORMAT"), "forcedlog 1\n");
    LogConfig config = new LogConfig(folder, BYTES, 8 * BYTES, 0, Durability.FORCED);
    try (FallbackLog log = FallbackLog.open(config, files)) {
      assertThat(log.damage()).isEmpty();
      assertThat(log.firstSequence()).isEqualTo(100);
      assertThat(log.lastSequence()).isEqualTo(101);
      assertThat(log.drainedThrough()).isEqualTo(100);
      assertThat(log.read(101).orElseThrow()).asString(UTF_8).isEqualTo("second entry");
      assertThat(Entries.find(log, 2))
          .containsExactly(new Entries.Hit(101, 0), new Entries.Hit(100, 1));
      assertThat(Entries.find(log, 1)).containsExactly(new Entries.Hit(100, 0));
    }
  }

  @Test
  void shouldWriteACursorAsItAlwaysDid() throws IOException {
    try (Cursor cursor = Cursor.open(folder, files, true)) {
      cursor.set(99);
      cursor.advance(100);
    }
    assertThat(dump(Files.readAllBytes(folder.resolve("cursor"))))
        .isEqualTo(golden("cursor-v1.hex"));
  }

  @Test
  void shouldRefuseAMarkerOfWhichAnyBitIsFlipped() throws IOException {
    LogConfig config = Entries.config(folder.resolve("marked"));
    FallbackLog.open(config, new RealFileIo()).close();
    Path marker = config.folder().resolve("FORMAT");
    byte[] right = Files.readAllBytes(marker);
    for (int bit = 0; bit < right.length * 8; bit++) {
      byte[] wrong = right.clone();
      wrong[bit / 8] ^= (byte) (1 << (bit % 8));
      Files.write(marker, wrong);
      assertThatThrownBy(() -> FallbackLog.open(config, new RealFileIo()))
          .isInstanceOf(FallbackLogException.Incompatible.class)
          .hasMessageContaining("this program knows \"forcedlog 1\" for it");
    }
    Files.write(marker, right);
    FallbackLog.open(config, new RealFileIo()).close();
  }
}
