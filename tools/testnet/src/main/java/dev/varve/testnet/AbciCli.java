package dev.varve.testnet;

import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * CometBFT's own ABCI client and example application.
 *
 * @param path the executable
 * @param version its release without "v"
 */
public record AbciCli(Path path, String version) {
  /** Finds or builds it as {@link CometBinary#find} does the node. */
  public static AbciCli find(String versionOrPath, Path cacheDir, Consumer<String> progress) {
    BinaryFinder.Found found =
        new BinaryFinder(
                "abci-cli", GoToolchain.MODULE + "/abci/cmd/abci-cli", SearchPath.ofEnvironment())
            .find(versionOrPath, cacheDir, progress);
    return new AbciCli(found.path(), found.version());
  }
}
