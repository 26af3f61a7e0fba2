package dev.varve.bench.engine;

import dev.varve.bench.report.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What all benchmarks of a run share.
 *
 * @param parent the folder in which homes and files are made
 * @param blocks measured blocks of a case
 */
record Setup(Path parent, BlockMaker maker, int blocks, Progress progress) {

  Path folder(String name) throws IOException {
    return Files.createTempDirectory(parent, "varve-bench-" + name);
  }

  /** Blocks that come before the measured ones: Java compiles, the log gets its segments. */
  int warmUpBlocks() {
    return Math.max(20, blocks / 2);
  }

  void show(String what, long done, long of) {
    progress.show(what + ": " + done + " of " + of);
  }
}
