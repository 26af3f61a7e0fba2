package dev.varve.cli;

import dev.varve.fallback.io.FileTrees;
import dev.varve.node.NodeHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a command makes in a home; taken away again when closed before it is kept. */
final class NewParts implements AutoCloseable {
  /** What a new file system has in its root. */
  private static final Set<String> HARMLESS = Set.of("lost+found");

  private final NodeHome home;
  private boolean folderIsNew;
  private boolean homeIsNew;
  private boolean cometIsNew;
  private boolean recordIsNew;

  NewParts(NodeHome home) {
    this.home = home;
  }

  /**
   * Checks that a home can be made where there is none.
   *
   * @throws CliException with exit code 2 when the folder is a file or holds anything
   */
  static void requireEmpty(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    if (!Files.isDirectory(folder)) {
      throw CliException.usage("--home " + folder + ": is a file, not a folder");
    }
    List<Path> strangers = children(folder);
    if (!strangers.isEmpty()) {
      throw CliException.usage(
          folder
              + " is not a home: it has "
              + strangers.get(0).getFileName()
              + " and no varve.toml; choose an empty or new folder with --home");
    }
  }

  /** From now on all in the folder, which must be empty or missing, is this command's. */
  void takeHome() {
    requireEmpty(home.path());
    folderIsNew = !Files.exists(home.path());
    homeIsNew = true;
  }

  /** From now on the node's folder is this command's, unless it was there. */
  void takeComet() {
    cometIsNew = !Files.exists(home.cometHome());
    recordIsNew = !Files.exists(record());
  }

  /** All stays. */
  void keep() {
    folderIsNew = false;
    homeIsNew = false;
    cometIsNew = false;
    recordIsNew = false;
  }

  @Override
  public void close() {
    if (folderIsNew) {
      delete(home.path());
    } else if (homeIsNew) {
      children(home.path()).forEach(NewParts::delete);
    } else {
      if (cometIsNew) {
        delete(home.cometHome());
      }
      if (recordIsNew) {
        delete(record());
      }
    }
  }

  private Path record() {
    return home.path().resolve(NodeRelease.FILE);
  }

  private static List<Path> children(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> !HARMLESS.contains(file.getFileName().toString()))
          .sorted()
          .collect(Collectors.toList());
    } catch (IOException e) {
      throw CliException.failed("cannot read " + folder + ": " + NodeHome.words(e), e);
    }
  }

  /** Deletes what is there of a folder or file. */
  static void delete(Path root) {
    try {
      FileTrees.delete(root);
    } catch (IOException e) {
      throw CliException.failed("cannot delete " + root + ": " + NodeHome.words(e), e);
    }
  }
}
