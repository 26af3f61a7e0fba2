package dev.varve.testnet;

import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * An executable CometBFT node.
 *
 * @param path the executable
 * @param version its release without "v", "0.38.26", as the executable itself says
 */
public record CometBinary(Path path, String version) {
  /**
   * Finds a node: the given path; PATH, if its version is what is asked; the cache; else it is
   * built with the Go toolchain and kept in the cache.
   *
   * @param versionOrPath an executable's path, a line ("0.38", "0.40", "1.0") or a release
   *     ("0.38.26", "v0.40.0"); null for the default line
   * @param cacheDir created when something is built
   * @param progress told in a few words what is being done, from any thread
   * @throws TestnetException when there is none and none can be built, in one sentence, followed by
   *     the last lines of a failed build
   */
  public static CometBinary find(String versionOrPath, Path cacheDir, Consumer<String> progress) {
    return find(versionOrPath, cacheDir, progress, SearchPath.ofEnvironment());
  }

  static CometBinary find(
      String versionOrPath, Path cacheDir, Consumer<String> progress, SearchPath searchPath) {
    BinaryFinder.Found found =
        new BinaryFinder("cometbft", GoToolchain.MODULE + "/cmd/cometbft", searchPath)
            .find(versionOrPath, cacheDir, progress);
    return new CometBinary(found.path(), found.version());
  }
}
