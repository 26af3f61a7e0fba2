package dev.varve.testnet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The installed Go toolchain, asked to build one published command; it never fetches another. */
final class GoToolchain {
  static final String MODULE = "github.com/cometbft/cometbft";

  private static final Duration QUERY_LIMIT = Duration.ofMinutes(2);
  private static final Duration BUILD_LIMIT = Duration.ofMinutes(15);
  private static final String FOLDER_PREFIX = "build-";
  private static final int SHOWN_LINES = 8;
  private static final Pattern RELEASE = Pattern.compile("(?:go)?(\\d+)\\.(\\d+)(?:\\.(\\d+))?.*");

  // GOTOOLCHAIN=local: an old toolchain must say so rather than download a newer one. No cgo: a C
  // compiler must not be needed. GOFLAGS empty: a user's flags (-mod=vendor) do not fit.
  private static final Map<String, String> ENVIRONMENT =
      Map.of("GOTOOLCHAIN", "local", "CGO_ENABLED", "0", "GOFLAGS", "", "GO111MODULE", "on");

  private final Path executable;
  private final String version;

  private GoToolchain(Path executable, String version) {
    this.executable = executable;
    this.version = version;
  }

  /** The toolchain on the search path, or empty where there is none. */
  static Optional<GoToolchain> find(SearchPath searchPath) {
    return searchPath
        .find("go")
        .map(
            go -> {
              Commands.Output output =
                  Commands.run(
                      List.of(go.toString(), "env", "GOVERSION"),
                      null,
                      ENVIRONMENT,
                      QUERY_LIMIT,
                      line -> {});
              return new GoToolchain(go, output.tail(1).strip());
            });
  }

  String version() {
    return version;
  }

  /**
   * Builds {@code package} of a module release and moves the executable to {@code target} in one
   * step.
   */
  void install(String goPackage, String release, Path target, Consumer<String> progress) {
    Path folder = temporaryFolder(target);
    try {
      requireVersionFor(release, folder);
      String name = target.getFileName().toString();
      progress.accept("building " + name + " with " + version + ", once; this takes minutes");
      Commands.Output output = build(goPackage + "@v" + release, folder, name, progress);
      Path built = folder.resolve(goPackage.substring(goPackage.lastIndexOf('/') + 1));
      if (output.exitCode() != 0 || !Files.isExecutable(built)) {
        throw new TestnetException(
            "building %s failed with exit code %d:%n%s"
                .formatted(name, output.exitCode(), output.tail(SHOWN_LINES)));
      }
      Files.move(built, target, StandardCopyOption.ATOMIC_MOVE);
      progress.accept("built " + target);
    } catch (IOException e) {
      throw new TestnetException("cannot write " + target + ": " + e.getMessage(), e);
    } finally {
      delete(folder);
    }
  }

  private Commands.Output build(
      String goPackage, Path folder, String name, Consumer<String> progress) {
    Map<String, String> environment = new java.util.HashMap<>(ENVIRONMENT);
    environment.put("GOBIN", folder.toString());
    AtomicLong packages = new AtomicLong();
    return Commands.run(
        List.of(executable.toString(), "install", "-v", "-trimpath", goPackage),
        folder,
        environment,
        BUILD_LIMIT,
        line -> progress.accept("building " + name + ", step " + packages.incrementAndGet()));
  }

  private void requireVersionFor(String release, Path folder) {
    Commands.Output output =
        Commands.run(
            List.of(
                executable.toString(),
                "list",
                "-m",
                "-f",
                "{{.GoVersion}}",
                MODULE + "@v" + release),
            folder,
            ENVIRONMENT,
            QUERY_LIMIT,
            line -> {});
    if (output.exitCode() != 0) {
      throw new TestnetException(
          "Go cannot find release v%s of %s:%n%s"
              .formatted(release, MODULE, output.tail(SHOWN_LINES)));
    }
    String needed = output.tail(1).strip();
    if (compare(version, needed) < 0) {
      throw new TestnetException(
          "CometBFT %s needs Go %s or newer, but %s is %s: install a newer Go or give the path of a"
                  .formatted(release, needed, executable, version)
              + " cometbft executable");
    }
  }

  /** Compares Go releases such as "go1.22.11" and "1.25"; what is no release sorts last. */
  static int compare(String left, String right) {
    Matcher a = RELEASE.matcher(left);
    Matcher b = RELEASE.matcher(right);
    if (!a.matches() || !b.matches()) {
      return Boolean.compare(!a.matches(), !b.matches());
    }
    for (int group = 1; group <= 3; group++) {
      int order = Integer.compare(number(a.group(group)), number(b.group(group)));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private static int number(String digits) {
    return digits == null ? 0 : Integer.parseInt(digits);
  }

  private static Path temporaryFolder(Path target) {
    try {
      Files.createDirectories(target.getParent());
      deleteLeftovers(target.getParent());
      return Files.createTempDirectory(target.getParent(), FOLDER_PREFIX);
    } catch (IOException e) {
      throw new TestnetException("cannot write to the cache folder " + target.getParent(), e);
    }
  }

  /** Builds that were killed; one that may still run is younger than the limit of a build. */
  private static void deleteLeftovers(Path cache) throws IOException {
    Instant old = Instant.now().minus(BUILD_LIMIT.multipliedBy(2));
    try (Stream<Path> files = Files.list(cache)) {
      for (Path file : files.toList()) {
        if (file.getFileName().toString().startsWith(FOLDER_PREFIX)
            && Files.getLastModifiedTime(file).toInstant().isBefore(old)) {
          delete(file);
        }
      }
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new TestnetException("cannot delete the build folder " + folder, e);
    }
  }
}
