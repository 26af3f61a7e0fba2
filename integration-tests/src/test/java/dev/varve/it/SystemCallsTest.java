package dev.varve.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class SystemCallsTest {
  @Test
  void shouldSeeFilesThatAreOpenedForWriting() {
    SystemCalls.Effect effect =
        effect("77 openat(AT_FDCWD</work>, \"/etc/x\", O_WRONLY|O_CREAT, 0644) = 3</etc/x>");
    assertThat(effect.writesIn("/etc")).isTrue();
    assertThat(effect.writesIn("/et")).isFalse();
    assertThat(effect.isHarmless()).isFalse();
  }

  @Test
  void shouldResolveRelativePaths() {
    assertThat(effect("77 mkdir(\"/a/b\", 0777) = 0").target()).isEqualTo("/a/b");
    assertThat(effect("7 openat(AT_FDCWD</home>, \"x\", O_RDWR) = 3</home/x>").target())
        .isEqualTo("/home/x");
    assertThat(effect("7 unlinkat(12</var/lib>, \"x\", 0) = 0").target()).isEqualTo("/var/lib/x");
  }

  @Test
  void shouldTakeTheNewNameOfARename() {
    assertThat(effect("7 rename(\"/home/a\", \"/etc/b\") = 0").target()).isEqualTo("/etc/b");
  }

  @Test
  void shouldSeeContactsThatFailedToo() {
    String call = "sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr(\"1.2.3.4\")}, 16)";
    assertThat(effect("7 connect(5<TCP:[1]>, {" + call + " = -1 ENETUNREACH (x)").isContact())
        .isTrue();
    assertThat(effect("7 sendto(5, \"q\", 1, 0, {" + call + " <unfinished ...>").isContact())
        .isTrue();
  }

  @Test
  void shouldPassOverReadsFailuresAndAnswers() {
    assertThat(SystemCalls.effect("7 openat(AT_FDCWD, \"/etc/x\", O_RDONLY) = 3")).isEmpty();
    assertThat(SystemCalls.effect("7 openat(AT_FDCWD, \"/etc/x\", O_RDWR) = -1 EACCES (no)"))
        .isEmpty();
    assertThat(SystemCalls.effect("7 sendto(5<TCP:[1]>, \"answer\", 6, 0, NULL, 0) = 6")).isEmpty();
    assertThat(SystemCalls.effect("7 connect(5, {sa_family=AF_UNIX, sun_path=\"/x\"}, 9) = 0"))
        .isEmpty();
    assertThat(SystemCalls.effect("7 <... openat resumed>) = 3</etc/x>")).isEmpty();
  }

  private static SystemCalls.Effect effect(String line) {
    Optional<SystemCalls.Effect> effect = SystemCalls.effect(line);
    assertThat(effect).as(line).isPresent();
    return effect.orElseThrow();
  }
}
