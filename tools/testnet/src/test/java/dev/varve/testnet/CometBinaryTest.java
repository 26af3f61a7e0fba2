package dev.varve.testnet;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executables here are shell scripts that answer what the test needs. */
class CometBinaryTest {
  @TempDir Path folder;
  private Path bin;
  private Path cache;
  private final List<String> progress = Collections.synchronizedList(new ArrayList<>());

  @BeforeEach
  void createFolders() throws IOException {
    bin = Files.createDirectory(folder.resolve("bin"));
    cache = folder.resolve("cache");
  }

  @Test
  void shouldTakeAnExplicitPath() throws IOException {
    Path node = script("mynode", "echo 0.38.7+abcdef");
    assertThat(find(node.toString())).isEqualTo(new CometBinary(node, "0.38.7"));
  }

  @Test
  void shouldRefuseAPathThatIsNoExecutable() {
    assertThatThrownBy(() -> find("/nowhere/cometbft"))
        .isInstanceOf(TestnetException.class)
        .hasMessageContaining("/nowhere/cometbft")
        .hasMessageContaining("nor an executable file");
  }

  @Test
  void shouldTakeTheSearchPathsNodeOfTheAskedLine() throws IOException {
    Path node = script("cometbft", "echo 0.38.7");
    assertThat(find(null)).isEqualTo(new CometBinary(node, "0.38.7"));
    assertThat(find("0.38.7").path()).isEqualTo(node);
  }

  @Test
  void shouldPassOverAnotherVersionAndTakeTheCache() throws IOException {
    script("cometbft", "echo 0.38.7");
    Path cached = cached("cometbft-v0.40.0", "echo 0.40.0");
    assertThat(find("0.40")).isEqualTo(new CometBinary(cached, "0.40.0"));
    assertThat(progress).anyMatch(line -> line.contains("it is 0.38.7, asked is 0.40"));
  }

  @Test
  void shouldSayThatGoIsMissing() {
    assertThatThrownBy(() -> find("0.40"))
        .isInstanceOf(TestnetException.class)
        .hasMessageContaining("no Go toolchain was found")
        .hasMessageContaining("cometbft 0.40");
  }

  @Test
  void shouldSayThatGoIsTooOld() throws IOException {
    script("go", "case $1 in env) echo go1.22.5;; list) echo 1.25.0;; *) exit 9;; esac");
    assertThatThrownBy(() -> find("0.40"))
        .isInstanceOf(TestnetException.class)
        .hasMessageContaining("CometBFT 0.40.0 needs Go 1.25.0 or newer")
        .hasMessageContaining("is go1.22.5");
    assertThat(cache).isEmptyDirectory();
  }

  @Test
  void shouldBuildOnceAndKeepIt() throws IOException {
    script(
        "go",
        "case $1 in env) echo go1.30.0;; list) echo 1.25.0;;"
            + " install) echo \"$GOTOOLCHAIN $@\" >> "
            + folder.resolve("calls")
            + "; printf '#!/bin/sh\\necho 0.40.0\\n' > $GOBIN/cometbft;"
            + " chmod +x $GOBIN/cometbft;; esac");
    Path leftover = Files.createDirectories(cache.resolve("build-killed"));
    Files.setLastModifiedTime(leftover, FileTime.fromMillis(0));
    Path expected = cache.resolve("cometbft-v0.40.0");
    assertThat(find("0.40")).isEqualTo(new CometBinary(expected, "0.40.0"));
    assertThat(find("0.40")).isEqualTo(new CometBinary(expected, "0.40.0"));
    assertThat(Files.readAllLines(folder.resolve("calls")))
        .containsExactly(
            "local install -v -trimpath github.com/cometbft/cometbft/cmd/cometbft@v0.40.0");
    assertThat(cache.toFile().list()).containsExactly("cometbft-v0.40.0");
  }

  @Test
  void shouldShowTheLastLinesOfAFailedBuild() throws IOException {
    script(
        "go",
        "case $1 in env) echo go1.30.0;; list) echo 1.25.0;;"
            + " install) echo some/package; echo no space left; exit 1;; esac");
    assertThatThrownBy(() -> find("0.40"))
        .isInstanceOf(TestnetException.class)
        .hasMessageContaining("failed with exit code 1")
        .hasMessageContaining("no space left");
    assertThat(cache).isEmptyDirectory();
  }

  @Test
  void shouldReadTheModuleVersionThatGoLeavesInAnExecutable() throws IOException {
    byte[] text =
        "0123456789abcdefpath\tx/cmd\nmod\tx\tv0.40.0\th1:abc=\n0123456789abcdef".getBytes(UTF_8);
    Path file = folder.resolve("executable");
    byte[] bytes = new byte[(1 << 20) + 512];
    int at = (1 << 20) + 48;
    byte[] magic = "\u00ff Go buildinf:".getBytes(ISO_8859_1);
    System.arraycopy(magic, 0, bytes, at, magic.length);
    bytes[at + 14] = 8;
    bytes[at + 15] = 2;
    bytes[at + 32] = 3;
    bytes[at + 36] = (byte) text.length;
    System.arraycopy(text, 0, bytes, at + 37, text.length);
    Files.write(file, bytes);
    assertThat(GoBuildInfo.moduleVersion(file)).contains("0.40.0");
    assertThat(GoBuildInfo.moduleVersion(script("other", "exit 1"))).isEmpty();
  }

  private CometBinary find(String versionOrPath) {
    return CometBinary.find(versionOrPath, cache, progress::add, new SearchPath(List.of(bin)));
  }

  private Path script(String name, String body) throws IOException {
    return script(bin.resolve(name), body);
  }

  private Path cached(String name, String body) throws IOException {
    Files.createDirectories(cache);
    return script(cache.resolve(name), body);
  }

  private static Path script(Path file, String body) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
