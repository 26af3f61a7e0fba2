package dev.varve.testnet;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where executables are looked for.
 *
 * @param folders in the order they are searched
 */
record SearchPath(List<Path> folders) {
  private static final Path GO_DEFAULT = Path.of("/usr/local/go/bin");

  /** The folders of PATH, then where Go's own installer puts Go. */
  static SearchPath ofEnvironment() {
    List<Path> folders = new ArrayList<>();
    String path = System.getenv("PATH");
    for (String folder : path == null ? new String[0] : path.split(File.pathSeparator, -1)) {
      if (!folder.isEmpty()) {
        folders.add(Path.of(folder));
      }
    }
    folders.add(GO_DEFAULT);
    return new SearchPath(List.copyOf(folders));
  }

  Optional<Path> find(String name) {
    return folders.stream()
        .map(folder -> folder.resolve(name))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }
}
