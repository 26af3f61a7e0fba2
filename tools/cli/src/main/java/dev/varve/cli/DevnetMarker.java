package dev.varve.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.varve.node.NodeHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * What devnet made in a folder, kept there as {@code devnet.json}.
 *
 * @param format of the folder's layout, {@value #FORMAT}
 * @param complete false while the folder is being made: what a crash left then is made anew
 * @param cluster the file that describes the databases of disk {@code mysql}, or null
 * @param cometbft the release that made the nodes' homes
 * @param cometbftPath the executable that was asked for by path, or null
 */
record DevnetMarker(
    int format,
    boolean complete,
    String chainId,
    int validators,
    int portBase,
    String disk,
    String cluster,
    String cometbft,
    String cometbftPath) {
  static final int FORMAT = 1;
  static final String FILE = "devnet.json";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** Reads the marker of a folder; empty when the folder has none. */
  static Optional<DevnetMarker> read(Path home) {
    Path file = home.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      DevnetMarker marker = JSON.readValue(file.toFile(), DevnetMarker.class);
      if (marker.format != FORMAT) {
        throw CliException.failed(
            file + " is of format " + marker.format + ", this program reads format " + FORMAT);
      }
      return Optional.of(marker);
    } catch (JsonProcessingException e) {
      throw CliException.failed(file + " is damaged: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw CliException.failed("cannot read " + file + ": " + NodeHome.words(e), e);
    }
  }

  /** Writes the marker in one step. */
  void write(Path home) {
    Path file = home.resolve(FILE);
    Path next = home.resolve(FILE + ".new");
    try {
      Files.writeString(next, JSON.writeValueAsString(this) + "\n");
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw CliException.failed("cannot write " + file + ": " + NodeHome.words(e), e);
    }
  }

  DevnetMarker completed() {
    return new DevnetMarker(
        format, true, chainId, validators, portBase, disk, cluster, cometbft, cometbftPath);
  }

  /** Major and minor number of the release: homes of one line fit every release of it. */
  static String line(String version) {
    String[] parts = version.split("\\.", 3);
    return parts.length < 2 ? version : parts[0] + "." + parts[1];
  }
}
