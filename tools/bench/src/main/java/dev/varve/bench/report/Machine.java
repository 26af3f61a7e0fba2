package dev.varve.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the figures were measured on; stands beside every table. */
public record Machine(int processors, String processor, String os, String java) {

  /** This machine. */
  public static Machine here() {
    return new Machine(
        Runtime.getRuntime().availableProcessors(),
        processorName(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
  }

  /** The kind of file system that a folder lies on, as in {@code ext4}. */
  public static String fileSystem(Path folder) {
    try {
      return Files.getFileStore(folder).type();
    } catch (IOException e) {
      return "an unknown file system";
    }
  }

  /** All in one line. */
  public String line() {
    return processors + " x " + processor + ", " + os + ", driver on " + java;
  }

  private static String processorName() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).trim())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      // Not Linux: the architecture must do.
      return System.getProperty("os.arch");
    }
  }
}
