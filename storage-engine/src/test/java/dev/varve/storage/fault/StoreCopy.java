package dev.varve.storage.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/** Copies of a folder as a process that is killed at this moment would leave it. */
public final class StoreCopy {
  private StoreCopy() {}

  /**
   * Copies a folder to which nobody writes blocks meanwhile. Stores delete files in the background:
   * only a copy during which none changed is one.
   */
  public static void take(Path from, Path to) {
    take(from, to, from);
  }

  /** The same where only {@code store}, a folder in it, has to be as it was throughout. */
  public static void take(Path from, Path to, Path store) {
    String before;
    do {
      before = listing(store);
      try {
        copy(from, to);
      } catch (UncheckedIOException e) {
        before = "";
      }
    } while (!before.equals(listing(store)));
  }

  private static String listing(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.map(file -> file + " " + file.toFile().length()).sorted().toList().toString();
    } catch (IOException | UncheckedIOException e) {
      return "changing";
    }
  }

  private static void copy(Path from, Path to) {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
