package dev.varve.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/**
 * A folder for one test's homes, deleted when the test passes; kept when it fails, and then named
 * in the failure. Its path is short: a unix socket's may have 107 characters.
 */
public final class TestFolder
    implements BeforeEachCallback, AfterEachCallback, TestExecutionExceptionHandler {
  private Path path;

  public Path path() {
    return path;
  }

  public Path resolve(String name) {
    return path.resolve(name);
  }

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    path = Files.createTempDirectory("varve-it-");
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    if (failure instanceof TestAbortedException) {
      throw failure;
    }
    throw new AssertionError(
        failure.getMessage() + "\nhomes and logs are kept in " + path, failure);
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    boolean failed =
        context
            .getExecutionException()
            .filter(reason -> !(reason instanceof TestAbortedException))
            .isPresent();
    if (!failed) {
      delete(path);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
