package dev.varve.testnet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Looks for one of CometBFT's executables: an explicit path, PATH, the cache, else a build.
 *
 * @param name the executable's name
 * @param goPackage the Go package it is built from
 */
record BinaryFinder(String name, String goPackage, SearchPath searchPath) {
  private static final Duration VERSION_LIMIT = Duration.ofSeconds(20);

  /** An executable and the version it has. */
  record Found(Path path, String version) {}

  Found find(String versionOrPath, Path cacheFolder, Consumer<String> progress) {
    if (versionOrPath != null && !CometVersion.isVersion(versionOrPath)) {
      return explicit(Path.of(versionOrPath).toAbsolutePath());
    }
    CometVersion asked = CometVersion.parse(versionOrPath);
    return onSearchPath(asked, progress)
        .orElseGet(() -> cachedOrBuilt(asked, cacheFolder.toAbsolutePath(), progress));
  }

  private Found explicit(Path path) {
    if (!Files.isRegularFile(path) || !Files.isExecutable(path)) {
      throw new TestnetException(
          "\"%s\" is neither a version of CometBFT (as 0.38 or 0.40.0) nor an executable file"
              .formatted(path));
    }
    String version = version(path);
    CometVersion.parse(version);
    return new Found(path, version);
  }

  private Optional<Found> onSearchPath(CometVersion asked, Consumer<String> progress) {
    Optional<Path> path = searchPath.find(name);
    if (path.isEmpty()) {
      return Optional.empty();
    }
    String version;
    try {
      version = version(path.get());
    } catch (TestnetException e) {
      progress.accept("passing over " + path.get() + ": " + e.getMessage());
      return Optional.empty();
    }
    if (!asked.accepts(version)) {
      progress.accept("passing over " + path.get() + ": it is " + version + ", asked is " + asked);
      return Optional.empty();
    }
    return Optional.of(new Found(path.get(), version));
  }

  private Found cachedOrBuilt(CometVersion asked, Path cacheFolder, Consumer<String> progress) {
    Path cached = cacheFolder.resolve(name + "-v" + asked.exact());
    if (!Files.isExecutable(cached)) {
      GoToolchain go =
          GoToolchain.find(searchPath)
              .orElseThrow(
                  () ->
                      new TestnetException(
                          name
                              + " "
                              + asked
                              + " was not found on PATH nor in "
                              + cacheFolder
                              + ", and no Go toolchain was found to build it: install Go (go.dev)"
                              + " or give the path of an executable"));
      go.install(goPackage, asked.exact(), cached, progress);
    }
    return new Found(cached, version(cached));
  }

  private String version(Path executable) {
    try {
      Optional<String> built = GoBuildInfo.moduleVersion(executable);
      if (built.isPresent() && CometVersion.isVersion(built.get())) {
        return built.get().replaceFirst("\\+.*", "");
      }
    } catch (IOException e) {
      throw new TestnetException("cannot read " + executable + ": " + e.getMessage(), e);
    }
    Commands.Output output = Commands.run(null, VERSION_LIMIT, executable.toString(), "version");
    String version = output.tail(1).strip().replaceFirst("^v", "").replaceFirst("\\+.*", "");
    if (output.exitCode() != 0 || !CometVersion.isVersion(version)) {
      throw new TestnetException(
          "\"%s version\" gave no version of CometBFT but %s"
              .formatted(
                  executable, output.tail(3).isBlank() ? "nothing" : "\"" + output.tail(3) + "\""));
    }
    return version;
  }
}
