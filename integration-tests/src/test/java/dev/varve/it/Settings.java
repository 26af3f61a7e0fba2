package dev.varve.it;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.varve.testnet.CometBinary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/** What the build tells the tests, by system properties. */
final class Settings {
  private Settings() {}

  /**
   * A CometBFT node of this line or release; built on first use and kept. One test process builds,
   * the others wait for it.
   */
  static synchronized CometBinary comet(String version) {
    try {
      Files.createDirectories(cache());
      try (FileChannel file = FileChannel.open(cache().resolve("tests.lock"), CREATE, WRITE);
          FileLock held = file.lock()) {
        assert held.isValid();
        return CometBinary.find(version, cache(), text -> System.out.println("[comet] " + text));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where executables are kept between runs. */
  static Path cache() {
    String set = System.getProperty("varve.comet.cache", "");
    return set.isEmpty()
        ? Path.of(System.getProperty("user.home"), ".cache", "varve")
        : Path.of(set);
  }

  /** Whether fault runs go their whole length: -Pfull. */
  static boolean full() {
    return Boolean.getBoolean("varve.full");
  }

  /** The seed of a run with random parts: given with -Dvarve.seed, else new; printed either way. */
  static long seed() {
    Long given = Long.getLong("varve.seed");
    long seed = given == null ? ThreadLocalRandom.current().nextLong() : given;
    System.out.println("seed: replay with -Dvarve.seed=" + seed);
    return seed;
  }
}
