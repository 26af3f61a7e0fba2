package dev.varve.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeHomeTest {
  @TempDir private Path folder;

  @Test
  void shouldRefuseAnotherFormat() throws IOException {
    NodeHome home = new NodeHome(folder);
    home.create(Map.of());
    Files.writeString(home.formatFile(), "varve-home 2\n");

    assertThatThrownBy(home::requireFormat)
        .isInstanceOf(NodeException.class)
        .hasMessageContaining("\"varve-home 2\"")
        .hasMessageContaining("\"varve-home 1\"");
  }

  @Test
  void shouldNotOverwriteAHome() throws IOException {
    NodeHome home = new NodeHome(folder);
    home.create(Map.of());
    Files.writeString(home.configFile(), "[memory]\n");

    assertThatThrownBy(() -> home.create(Map.of())).hasMessageContaining("is a home already");
    assertThat(home.configFile()).hasContent("[memory]\n");
  }

  @Test
  void shouldNameTheProcessThatUsesAHome() {
    Path file = folder.resolve("LOCK");
    try (HomeLock held = HomeLock.acquire(file)) {
      assertThat(held).isNotNull();
      assertThatThrownBy(() -> HomeLock.acquire(file))
          .isInstanceOf(NodeException.class)
          .hasMessage(folder + " is in use by process " + ProcessHandle.current().pid());
      String pid = Long.toString(ProcessHandle.current().pid());
      assertThat(HomeLock.owner(file)).contains(new HomeLock.Owner(pid, Optional.empty()));
    }
    assertThat(HomeLock.owner(file)).isEmpty();
  }

  @Test
  void shouldLetTheNextOneInAfterClose() {
    Path file = folder.resolve("LOCK");
    HomeLock.acquire(file).close();

    HomeLock again = HomeLock.acquire(file);

    assertThat(HomeLock.owner(file)).isPresent();
    again.close();
  }

  @Test
  void shouldSayWhatWentWrongInWords() {
    assertThat(NodeHome.words(new java.nio.file.FileAlreadyExistsException("x")))
        .isEqualTo("a file of that name is in the way");
    assertThat(NodeHome.words(new java.nio.file.NoSuchFileException("x")))
        .isEqualTo("no such file");
    assertThat(NodeHome.reason(new java.nio.file.FileSystemException("x", null, "Not a directory")))
        .isEqualTo("x: Not a directory");
    assertThat(NodeHome.words(new java.io.IOException("Is a directory")))
        .isEqualTo("Is a directory");
  }
}
