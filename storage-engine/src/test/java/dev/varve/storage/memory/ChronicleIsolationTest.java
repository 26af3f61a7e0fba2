package dev.varve.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.varve.storage.fixture.ChildJvm;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Chronicle Map writes nothing outside the home and the temporary folder and contacts no host: a
 * second JVM that uses it is watched by strace. Skipped where strace is missing.
 */
class ChronicleIsolationTest {
  private static final Pattern OPENED =
      Pattern.compile("open(?:at)?\\([^\"]*\"([^\"]*)\", [^)]*O_(?:WRONLY|RDWR|CREAT)[^)]*\\)");
  private static final Pattern CONTACTED =
      Pattern.compile("(?:connect|sendto|sendmsg|sendmmsg)\\(.*sa_family=AF_INET6?.*");

  @TempDir Path folder;

  private List<String> watch(String... arguments) throws Exception {
    for (String name : new String[] {"home", "tmp", "work"}) {
      Files.createDirectories(folder.resolve(name));
    }
    List<String> command =
        new ArrayList<>(
            List.of("strace", "-ff", "-e", "trace=network,open,openat", "-s", "4096", "-o"));
    // A file for each thread: in a common one a call may be torn into two lines.
    Path traces = Files.createDirectories(folder.resolve("traces"));
    command.add(traces.resolve("thread").toString());
    command.addAll(
        ChildJvm.command(
            List.of(
                "-XX:-UsePerfData",
                "-Duser.home=" + folder.resolve("home"),
                "-Djava.io.tmpdir=" + folder.resolve("tmp")),
            ChronicleProbe.class,
            arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.resolve("work").toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile());
    builder.environment().put("HOME", folder.resolve("home").toString());
    builder.environment().put("TMPDIR", folder.resolve("tmp").toString());
    Process child = builder.start();
    boolean ended = child.waitFor(5, TimeUnit.MINUTES);
    child.destroyForcibly().waitFor();
    assertThat(ended).isTrue();
    assertThat(Files.readString(folder.resolve("output"))).contains("done");
    List<String> trace = new ArrayList<>();
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(traces)) {
      for (Path thread : threads) {
        trace.addAll(Files.readAllLines(thread));
      }
    }
    return strays(trace);
  }

  private List<String> strays(List<String> trace) {
    List<String> strays = new ArrayList<>();
    for (String line : trace) {
      Matcher opened = OPENED.matcher(line);
      if (opened.find() && !line.contains(" = -1 ") && !allowed(opened.group(1))) {
        strays.add(line);
      }
      if (CONTACTED.matcher(line).find()) {
        strays.add(line);
      }
    }
    return strays;
  }

  private boolean allowed(String path) {
    Path resolved = folder.resolve("work").resolve(path).normalize();
    return resolved.startsWith(folder.resolve("home"))
        || resolved.startsWith(folder.resolve("tmp"))
        || resolved.startsWith("/dev")
        || resolved.startsWith("/proc");
  }

  private static boolean canTrace() throws IOException, InterruptedException {
    try {
      return new ProcessBuilder("strace", "-o", "/dev/null", "true").start().waitFor() == 0;
    } catch (IOException absent) {
      return false;
    }
  }

  @Test
  void shouldWriteNowhereElseAndContactNoHost() throws Exception {
    assumeTrue(canTrace(), "strace is missing or may not trace");
    assertThat(watch()).isEmpty();
    try (var left = Files.list(folder.resolve("work"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void shouldNoticeAStrayFileAndAContact() throws Exception {
    assumeTrue(canTrace(), "strace is missing or may not trace");
    List<String> strays = watch(folder.resolve("stray").toString());
    assertThat(strays).anyMatch(line -> line.contains("/stray"));
    assertThat(strays).anyMatch(line -> line.contains("connect("));
  }

  @Test
  void shouldNotHaveTheAnalyticsLibraryAtAll() {
    assertThat(getClass().getClassLoader().getResource("net/openhft/chronicle/analytics")).isNull();
  }
}
