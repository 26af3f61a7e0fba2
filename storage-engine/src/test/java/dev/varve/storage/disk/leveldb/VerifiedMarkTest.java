package dev.varve.storage.disk.leveldb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.varve.fallback.io.RealFileIo;
import dev.varve.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifiedMarkTest {
  private static final long HEIGHT = 1_234_567;

  @TempDir Path folder;
  private Path file;
  private VerifiedMark mark;

  @BeforeEach
  void setUp() throws IOException {
    file = Files.createDirectory(folder.resolve("db")).resolve("VERIFIED");
    mark = new VerifiedMark(folder, new RealFileIo());
  }

  private static byte[] golden() throws IOException {
    try (InputStream in = VerifiedMarkTest.class.getResourceAsStream("VERIFIED-4.golden")) {
      return in.readAllBytes();
    }
  }

  @Test
  void shouldWriteAndReadTheBytesOfFormatFour() throws IOException {
    mark.write(HEIGHT);
    assertThat(file).hasBinaryContent(golden());
    Files.write(file, golden());
    assertThat(mark.read()).isEqualTo(HEIGHT);
  }

  @Test
  void shouldFindAnyFlippedBit() throws IOException {
    for (int bit = 0; bit < 8 * golden().length; bit++) {
      byte[] damaged = golden();
      damaged[bit / 8] ^= (byte) (1 << (bit % 8));
      Files.write(file, damaged);
      assertThatThrownBy(mark::read)
          .as("bit %d", bit)
          .isInstanceOf(StorageException.Corruption.class)
          .hasMessageContaining(file.toString());
    }
  }

  @Test
  void shouldReadTheMarkOfEarlierFormats() throws IOException {
    Files.writeString(file, HEIGHT + "\n");
    assertThat(mark.read()).isEqualTo(HEIGHT);
  }
}
