package dev.varve.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the launcher script of the repository's root with a java and a mvn that only report. */
class LauncherTest {
  private static final Path SCRIPT = Path.of("..", "..", "varve");

  @TempDir private Path folder;
  private Path root;
  private Path bin;
  private Path jar;
  private String javaHome = "";

  private record Result(int exitCode, String out) {}

  @BeforeEach
  void setUp() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "needs a POSIX shell");
    root = folder.resolve("a clone");
    bin = folder.resolve("bin");
    jar = root.resolve("tools/cli/target/varve.jar");
    Files.createDirectories(bin);
    Files.createDirectories(root.resolve("tools/cli/src/main"));
    Files.writeString(root.resolve("pom.xml"), "");
    Files.writeString(root.resolve("tools/cli/src/main/Source.java"), "");
    Files.copy(SCRIPT, root.resolve("varve"));
    for (String tool :
        List.of(
            "dirname",
            "readlink",
            "sed",
            "head",
            "find",
            "mkdir",
            "touch",
            "tail",
            "flock",
            "cut",
            "stty")) {
      pass(tool);
    }
    java("17.0.9");
    script("javac", "exit 0");
    script("jar", "echo library > \"$3\"");
    script("mvn", "mkdir -p tools/cli/target && echo built > tools/cli/target/varve.jar");
  }

  @Test
  void shouldBuildOnceAndPassTheArgumentsOn() throws Exception {
    Result first = run(root.resolve("varve"), "devnet", "--home", "a b");

    assertThat(first.exitCode()).isZero();
    assertThat(first.out())
        .contains("building varve")
        .contains("<-cp>\n<" + jar.toRealPath() + ">\n<dev.varve.cli.Varve>\n<devnet>\n<--home>\n")
        .endsWith("<a b>\n")
        .contains("<-Dchronicle.analytics.disable=true>")
        .contains("<-Djava.library.path=" + jar.toRealPath().resolveSibling("native") + ">")
        .doesNotContain("--enable-native-access");

    assertThat(run(root.resolve("varve"), "version").out()).doesNotContain("building");
  }

  @Test
  void shouldBuildAgainWhenASourceIsNewer() throws Exception {
    run(root.resolve("varve"), "version");
    Files.setLastModifiedTime(
        root.resolve("tools/cli/src/main/Source.java"),
        FileTime.from(Instant.now().plusSeconds(60)));

    assertThat(run(root.resolve("varve"), "version").out()).contains("building varve");
  }

  @Test
  void shouldFindItsRootThroughLinks() throws Exception {
    Path link = folder.resolve("link");
    Files.createSymbolicLink(folder.resolve("second"), root.resolve("varve"));
    Files.createSymbolicLink(link, Path.of("second"));

    assertThat(run(link, "version").out()).contains("<" + jar.toRealPath() + ">");
  }

  @Test
  void shouldShowTheEndOfAFailedBuild() throws Exception {
    script("mvn", "echo 'ERROR no such symbol'; exit 1");

    Result result = run(root.resolve("varve"), "version");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).contains("ERROR no such symbol").contains("varve: the build failed");
    assertThat(jar).doesNotExist();
  }

  @Test
  void shouldRefuseAnOldJava() throws Exception {
    java("11.0.2");

    Result result = run(root.resolve("varve"), "version");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).contains("is Java 11; 17 or newer is needed");
  }

  @Test
  void shouldReadTheOldSchemeOfVersions() throws Exception {
    java("1.8.0_292");

    assertThat(run(root.resolve("varve"), "version").out()).contains("is Java 8; 17 or newer");
  }

  @Test
  void shouldSayThatJavaIsMissing() throws Exception {
    Files.delete(bin.resolve("java"));

    Result result = run(root.resolve("varve"), "version");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out()).startsWith("varve: no java on PATH; install a JDK");
  }

  @Test
  void shouldSayThatJavaHomeIsNone() throws Exception {
    javaHome = folder.resolve("gone").toString();

    Result result = run(root.resolve("varve"), "version");

    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.out())
        .startsWith("varve: JAVA_HOME is " + javaHome + ", which has no bin/java")
        .hasLineCount(1);
  }

  @Test
  void shouldSayThatMavenOrTheCompilerIsMissing() throws Exception {
    Files.delete(bin.resolve("mvn"));
    assertThat(run(root.resolve("varve"), "version").out()).startsWith("varve: no mvn on PATH");

    script("mvn", "exit 0");
    Files.delete(bin.resolve("javac"));
    assertThat(run(root.resolve("varve"), "version").out()).contains("has no javac beside it");
  }

  @Test
  void shouldGiveNewerJavaTheFlagsItNeeds() throws Exception {
    java("25");

    assertThat(run(root.resolve("varve"), "version").out())
        .contains("<--enable-native-access=ALL-UNNAMED>")
        .contains("<--sun-misc-unsafe-memory-access=allow>");
  }

  private void java(String version) throws IOException {
    script(
        "java",
        "if [ \"$1\" = -version ]; then echo 'openjdk version \"" + version + "\"' >&2; exit 0; fi",
        "for arg in \"$@\"; do echo \"<$arg>\"; done");
  }

  private void script(String name, String... lines) throws IOException {
    Path file = bin.resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void pass(String tool) throws IOException {
    for (String place : List.of("/bin", "/usr/bin")) {
      if (Files.isExecutable(Path.of(place, tool))) {
        script(tool, "exec " + place + "/" + tool + " \"$@\"");
        return;
      }
    }
  }

  private Result run(Path script, String... args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("/bin/sh", script.toString()));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.directory(folder.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", bin.toString());
    builder.environment().put("JAVA_HOME", javaHome);
    Process process = builder.start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return new Result(process.exitValue(), out);
  }
}
