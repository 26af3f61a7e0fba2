package dev.varve.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Compares text with a file of the test resources; a difference is a change of the format.
 *
 * <p>What the text is now stands in {@code target/golden} after the run, for a change that is
 * meant.
 */
final class Golden {
  private Golden() {}

  static void assertSame(String file, String text) throws IOException {
    Path actual = Path.of("target", "golden", file);
    Files.createDirectories(actual.getParent());
    Files.writeString(actual, text);
    try (InputStream in = Golden.class.getResourceAsStream(file)) {
      String wanted =
          in == null ? "(no file)" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(text).as("what golden file %s holds", file).isEqualTo(wanted);
    }
  }
}
