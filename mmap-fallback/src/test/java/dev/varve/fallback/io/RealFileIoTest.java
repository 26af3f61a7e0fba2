package dev.varve.fallback.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RealFileIoTest {
  @TempDir Path folder;
  private final RealFileIo files = new RealFileIo();

  @Test
  void shouldReadBackWhatReplaceWrote() throws IOException {
    Path file = folder.resolve("FORMAT");
    files.replace(file, "first, and longer".getBytes(UTF_8));
    files.replace(file, "second".getBytes(UTF_8));
    assertThat(files.read(file))
        .hasValueSatisfying(b -> assertThat(b).asString().isEqualTo("second"));
  }

  @Test
  void shouldLeaveNoTemporaryFile() throws IOException {
    files.replace(folder.resolve("FORMAT"), new byte[] {1});
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(folder.resolve("FORMAT"));
    }
  }

  @Test
  void shouldReplaceOverATemporaryFileLeftByACrash() throws IOException {
    Files.write(folder.resolve("FORMAT.tmp"), new byte[100]);
    files.replace(folder.resolve("FORMAT"), new byte[] {7});
    assertThat(files.read(folder.resolve("FORMAT")).orElseThrow()).containsExactly(7);
  }

  @Test
  void shouldForceFileThenFolder() throws IOException {
    files.replace(folder.resolve("FORMAT"), new byte[] {1});
    assertThat(files.forces()).isEqualTo(2);
  }

  @Test
  void shouldForceEachNewFolderOnce() throws IOException {
    files.createDirectories(folder.resolve("a/b/c"));
    assertThat(folder.resolve("a/b/c")).isDirectory();
    assertThat(files.forces()).isEqualTo(3);
    files.createDirectories(folder.resolve("a/b/c"));
    assertThat(files.forces()).isEqualTo(3);
  }

  @Test
  void shouldReadNothingWhereNoFileIs() throws IOException {
    assertThat(files.read(folder.resolve("absent"))).isEmpty();
  }

  @Test
  void shouldKeepTheOldFileWhenTheNewOneCannotBeWritten() throws IOException {
    Path file = folder.resolve("FORMAT");
    files.replace(file, new byte[] {1});
    Files.createDirectory(folder.resolve("FORMAT.tmp"));
    assertThatThrownBy(() -> files.replace(file, new byte[] {2})).isInstanceOf(IOException.class);
    assertThat(files.read(file).orElseThrow()).containsExactly(1);
  }
}
