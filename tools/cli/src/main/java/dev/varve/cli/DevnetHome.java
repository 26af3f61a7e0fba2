package dev.varve.cli;

import dev.varve.node.HomeLock;
import dev.varve.node.NodeHome;
import dev.varve.testnet.CometBinary;
import dev.varve.testnet.CometHome;
import dev.varve.testnet.NodeSettings;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The folder of a devnet: recognised, locked, made, emptied. */
final class DevnetHome implements AutoCloseable {
  private static final long FREE_BYTES_AT_START = 256L << 20;

  private final Path path;
  private HomeLock lock;

  DevnetHome(Path path) {
    this.path = path;
  }

  Path logFile() {
    return path.resolve("varve.log");
  }

  NodeHome node(int validator) {
    return new NodeHome(path.resolve("v" + validator));
  }

  /**
   * Looks at the folder and locks it when it is a devnet's.
   *
   * @return what devnet made there, if it did and finished
   * @throws CliException when the folder is something else, is in use, or cannot be written
   */
  Optional<DevnetMarker> open() {
    requireWritable();
    Optional<DevnetMarker> marker = DevnetMarker.read(path);
    if (marker.isEmpty()) {
      requireEmpty();
      return marker;
    }
    lock();
    if (!marker.get().complete()) {
      wipe();
      return Optional.empty();
    }
    return marker;
  }

  /** Deletes what devnet made, and only that. The folder must have been opened. */
  void wipe() {
    try (Stream<Path> files = Files.list(path)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.matches("v\\d{1,2}") || name.startsWith("varve.log")) {
          NewParts.delete(file);
        }
      }
      Files.deleteIfExists(path.resolve(DevnetMarker.FILE));
    } catch (IOException e) {
      throw CliException.failed("cannot empty " + path + ": " + NodeHome.words(e), e);
    }
  }

  /** Makes the homes of all nodes and applications; nothing stays of it when that fails. */
  void create(DevnetMarker marker, DevnetOptions options, CometBinary comet) {
    boolean existed = Files.exists(path);
    try {
      Files.createDirectories(path);
      lock();
      marker.write(path);
      createNodes(marker, options, comet);
      marker.completed().write(path);
    } catch (IOException e) {
      undo(existed);
      throw CliException.failed("cannot write to " + path + ": " + NodeHome.words(e), e);
    } catch (RuntimeException e) {
      undo(existed);
      throw e;
    }
  }

  /** Takes the lock unless it is held already. */
  private void lock() {
    if (lock == null) {
      lock = HomeLock.acquire(path.resolve("LOCK"));
    }
  }

  private void createNodes(DevnetMarker marker, DevnetOptions options, CometBinary comet) {
    List<Path> comets = new ArrayList<>();
    for (int i = 0; i < marker.validators(); i++) {
      Ports ports = new Ports(marker.portBase(), i);
      Map<String, String> settings = new HashMap<>();
      settings.put("abci.address", "tcp://127.0.0.1:" + ports.abci());
      settings.put("http.address", "127.0.0.1:" + ports.http());
      settings.put("gateway.node", "http://127.0.0.1:" + ports.rpc());
      settings.put("disk.store", marker.disk());
      settings.put("fallback.segment_bytes", "8 MiB");
      settings.put("start.warm_up_millis", "0");
      if (marker.cluster() != null) {
        settings.put("disk.cluster", marker.cluster());
        settings.put("disk.database_suffix", "_" + i);
      }
      node(i).create(settings);
      comets.add(node(i).cometHome());
    }
    NodeSettings settings =
        NodeSettings.defaults(marker.portBase())
            .withLogLevel(options.verbose() ? "info" : "main:info,*:error");
    if (options.timeoutCommit() != null) {
      settings = settings.withTimeoutCommit(options.timeoutCommit());
    }
    CometHome.testnet(comet, comets, Genesis.settings(marker.chainId(), settings));
  }

  private void undo(boolean existed) {
    if (Files.exists(path)) {
      wipe();
      close();
      if (!existed) {
        NewParts.delete(path);
      }
    }
  }

  private void requireEmpty() {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> files = Files.list(path)) {
      Optional<Path> stranger =
          files.filter(file -> !file.getFileName().toString().equals("LOCK")).findAny();
      if (stranger.isPresent()) {
        throw CliException.usage(
            path
                + " is not a devnet home: it has "
                + stranger.get().getFileName()
                + " and no "
                + DevnetMarker.FILE
                + "; choose an empty or new folder with --home");
      }
    } catch (IOException e) {
      throw CliException.failed("cannot read " + path + ": " + NodeHome.words(e), e);
    }
  }

  private void requireWritable() {
    Path folder = path;
    while (!Files.exists(folder) && folder.getParent() != null) {
      folder = folder.getParent();
    }
    if (!Files.isDirectory(folder)) {
      throw CliException.usage("--home " + path + ": " + folder + " is a file, not a folder");
    }
    if (!Files.isWritable(folder)) {
      throw CliException.failed(
          "cannot write to " + folder + ": no permission; choose another folder with --home");
    }
    try {
      FileStore disk = Files.getFileStore(folder);
      long free = disk.getUsableSpace();
      if (disk.getTotalSpace() == 0) {
        throw CliException.failed(
            "cannot write to " + folder + ": it is on no disk; choose another folder with --home");
      }
      if (free < FREE_BYTES_AT_START) {
        throw CliException.failed(
            "the disk of "
                + folder
                + " is full: "
                + (free >> 20)
                + " MiB are free, "
                + (FREE_BYTES_AT_START >> 20)
                + " MiB are needed to start");
      }
    } catch (IOException e) {
      throw CliException.failed("cannot read " + folder + ": " + NodeHome.words(e), e);
    }
  }

  @Override
  public void close() {
    if (lock != null) {
      lock.close();
      lock = null;
    }
  }
}
