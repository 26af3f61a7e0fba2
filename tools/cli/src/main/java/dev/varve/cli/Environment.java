package dev.varve.cli;

import java.nio.file.Path;
import java.util.Map;

/**
 * What a command gets from outside.
 *
 * @param variables the process's environment
 */
record Environment(Console console, Map<String, String> variables) {
  /** Where devnets are kept by default: ~/.varve. */
  Path userFolder() {
    String home = variables.getOrDefault("HOME", System.getProperty("user.home"));
    return Path.of(home, ".varve");
  }

  /** Where built CometBFT nodes are kept: a folder of the user's cache. */
  Path cacheFolder() {
    String set = variables.getOrDefault("XDG_CACHE_HOME", "");
    String home = variables.getOrDefault("HOME", System.getProperty("user.home"));
    return set.isEmpty() ? Path.of(home, ".cache", "varve") : Path.of(set, "varve");
  }
}
