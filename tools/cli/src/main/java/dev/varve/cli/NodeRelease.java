package dev.varve.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.varve.node.NodeHome;
import dev.varve.testnet.CometBinary;
import dev.varve.testnet.CometHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * The CometBFT release that last ran a home's node, kept beside the node's folder as {@code
 * comet.json}: a node of another line would start on the data and make them unusable.
 *
 * @param format of the file, {@value #FORMAT}
 * @param cometbft the release, or only its line where a folder was made without this command
 * @param cometbftPath the executable that was asked for by path, or null
 */
record NodeRelease(int format, String cometbft, String cometbftPath) {
  static final int FORMAT = 1;
  static final String FILE = "comet.json";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /**
   * What is known of a home's node: what was recorded, else the release that config.toml names;
   * empty where there is no node or nothing tells.
   */
  static Optional<NodeRelease> of(NodeHome home) {
    if (!CometHome.exists(home.cometHome())) {
      return Optional.empty();
    }
    Path file = home.path().resolve(FILE);
    if (!Files.exists(file)) {
      return CometHome.open(home.cometHome())
          .line()
          .map(line -> new NodeRelease(FORMAT, line, null));
    }
    try {
      NodeRelease release = JSON.readValue(file.toFile(), NodeRelease.class);
      if (release.format != FORMAT || release.cometbft == null) {
        throw CliException.failed(file + " is not of format " + FORMAT + ", which this reads");
      }
      return Optional.of(release);
    } catch (JsonProcessingException e) {
      throw CliException.failed(file + " is damaged: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw CliException.failed("cannot read " + file + ": " + NodeHome.words(e), e);
    }
  }

  /** Records what runs a home's node, in one step. */
  static void record(NodeHome home, CometBinary comet, String asked) {
    String path = CometOption.isPath(asked) ? comet.path().toString() : null;
    NodeRelease release = new NodeRelease(FORMAT, comet.version(), path);
    Path file = home.path().resolve(FILE);
    Path next = home.path().resolve(FILE + ".new");
    try {
      Files.writeString(next, JSON.writeValueAsString(release) + "\n");
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw CliException.failed("cannot write " + file + ": " + NodeHome.words(e), e);
    }
  }

  /** Which CometBFT goes on with the home when none is asked for: as --cometbft takes it. */
  String standard() {
    return cometbftPath != null && Files.isExecutable(Path.of(cometbftPath))
        ? cometbftPath
        : DevnetMarker.line(cometbft);
  }

  /**
   * Checks that a node can go on with the home.
   *
   * @param version a release or a line
   * @throws CliException with exit code 2 when it is of another line
   */
  void requireSameLine(NodeHome home, String version) {
    if (!DevnetMarker.line(cometbft).equals(DevnetMarker.line(version))) {
      throw CliException.usage(
          home.path()
              + " is of CometBFT "
              + cometbft
              + " and this one is "
              + version
              + ", which keeps its data differently: leave --cometbft out, or choose another"
              + " --home");
    }
  }
}
