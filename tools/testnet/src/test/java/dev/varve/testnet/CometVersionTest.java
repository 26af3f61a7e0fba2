package dev.varve.testnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CometVersionTest {
  @Test
  void shouldTakeTheDefaultLineWhenNothingIsAsked() {
    CometVersion version = CometVersion.parse(null);
    assertThat(version.line()).isEqualTo("0.38");
    assertThat(version.accepts("0.38.7")).isTrue();
    assertThat(version.accepts("0.40.0")).isFalse();
  }

  @Test
  void shouldAcceptAnyPatchOfALineOnly() {
    assertThat(CometVersion.parse("1.0").accepts("1.0.9")).isTrue();
    assertThat(CometVersion.parse("1.0").accepts("1.01.9")).isFalse();
    assertThat(CometVersion.parse("v0.40.0").accepts("0.40.0")).isTrue();
    assertThat(CometVersion.parse("v0.40.0").accepts("0.40.1")).isFalse();
    assertThat(CometVersion.parse("v0.40.0").exact()).isEqualTo("0.40.0");
  }

  @Test
  void shouldTellTheLineOfAReleaseByItsOwnName() {
    assertThat(CometVersion.lineOf("0.38.26")).contains("0.38");
    assertThat(CometVersion.lineOf("0.39.0+abc")).contains("0.40");
    assertThat(CometVersion.lineOf("1.0.1")).contains("1.0");
    assertThat(CometVersion.lineOf("0.37.4")).isEmpty();
    assertThat(CometVersion.lineOf("")).isEmpty();
  }

  @Test
  void shouldTellAVersionFromAPath() {
    assertThat(CometVersion.isVersion("0.38")).isTrue();
    assertThat(CometVersion.isVersion("v1.0.1-rc1")).isTrue();
    assertThat(CometVersion.isVersion("./cometbft")).isFalse();
    assertThat(CometVersion.isVersion("/opt/0.38/cometbft")).isFalse();
  }

  @Test
  void shouldNameTheAllowedLinesWhenRefusingOne() {
    assertThatThrownBy(() -> CometVersion.parse("0.34.1"))
        .isInstanceOf(TestnetException.class)
        .hasMessage(
            "CometBFT version \"0.34.1\" is not supported: allowed are the lines 0.38, 0.40, 1.0"
                + " and their releases");
  }

  @Test
  void shouldCompareGoReleasesByNumber() {
    assertThat(GoToolchain.compare("go1.22.11", "1.25.0")).isNegative();
    assertThat(GoToolchain.compare("go1.9", "1.10")).isNegative();
    assertThat(GoToolchain.compare("go1.25", "1.25.0")).isZero();
    assertThat(GoToolchain.compare("go1.26.8", "1.25.0")).isPositive();
    assertThat(GoToolchain.compare("devel go1.27-abc", "1.25.0")).isPositive();
  }
}
