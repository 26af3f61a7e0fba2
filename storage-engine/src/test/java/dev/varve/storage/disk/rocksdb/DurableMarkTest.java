package dev.varve.storage.disk.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.varve.fallback.io.RealFileIo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableMarkTest {
  private static final long HEIGHT = 1_234_567;

  @TempDir Path folder;

  private static byte[] golden() throws IOException {
    try (InputStream in = DurableMarkTest.class.getResourceAsStream("DURABLE.golden")) {
      return in.readAllBytes();
    }
  }

  @Test
  void shouldWriteAndReadTheBytesOfTheFormat() throws IOException {
    try (DurableMark mark = new DurableMark(new RealFileIo(), folder)) {
      mark.write(HEIGHT);
    }
    assertThat(folder.resolve("DURABLE")).hasBinaryContent(golden());
    Files.write(folder.resolve("DURABLE"), golden());
    try (DurableMark mark = new DurableMark(new RealFileIo(), folder)) {
      mark.loaded(1);
      assertThat(mark.before()).isEqualTo(HEIGHT);
    }
  }
}
