package dev.varve.cli;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** This program, to be run in a process of its own with the same Java options. */
final class Launcher {
  private Launcher() {}

  /** The words before a command's own. */
  static List<String> words() {
    List<String> java = new ArrayList<>();
    java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    java.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    String[] paths = System.getProperty("java.class.path").split(File.pathSeparator, -1);
    java.add("-cp");
    java.add(
        String.join(
            File.pathSeparator,
            List.of(paths).stream()
                .map(path -> Path.of(path).toAbsolutePath().toString())
                .toList()));
    java.add(Varve.class.getName());
    return java;
  }
}
