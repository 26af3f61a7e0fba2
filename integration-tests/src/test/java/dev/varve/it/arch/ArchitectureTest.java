package dev.varve.it.arch;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.EvaluationResult;
import dev.varve.it.arch.ArchitectureRules.NamedRule;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the code to {@link ArchitectureRules}, and each rule to a class that breaks it. */
class ArchitectureTest {
  private static JavaClasses production;
  private static JavaClasses violations;

  @BeforeAll
  static void importClasses() {
    production =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("dev.varve");
    violations =
        new ClassFileImporter()
            .withImportOption(new ImportOption.OnlyIncludeTests())
            .importPackages("dev.varve");
  }

  static List<NamedRule> rules() {
    return ArchitectureRules.all();
  }

  @ParameterizedTest
  @MethodSource("rules")
  void shouldKeepTo(NamedRule named) {
    named.rule().check(production);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void shouldNoticeAViolationOf(NamedRule named) {
    EvaluationResult result = named.rule().allowEmptyShould(true).evaluate(violations);
    assertThat(result.hasViolation()).as("a test class breaks %s", named).isTrue();
  }

  @Test
  void shouldNoticeEachWayOutOfTheLedger() {
    EvaluationResult result =
        ArchitectureRules.LEDGER_HAS_NO_CLOCK_RANDOM_SOCKET_OR_FILE.evaluate(violations);
    assertThat(String.join("\n", result.getFailureReport().getDetails()))
        .contains("java.time.Instant.now()", "java.lang.System.nanoTime()")
        .contains("java.util.Random", "java.net.Socket", "java.nio.file.Files", "io.grpc.Server");
  }
}
