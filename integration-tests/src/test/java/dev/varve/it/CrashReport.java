package dev.varve.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What each cycle of a crash run did, as a table. */
final class CrashReport {
  private final long seed;
  private final List<String> rows = new ArrayList<>();
  private long blocks;
  private int transactions;

  CrashReport(long seed) {
    this.seed = seed;
  }

  void add(int cycle, String victim, int runMs, long seen, long after, int checked) {
    rows.add(
        "| %d | %s | %d | %d | %d | %d |".formatted(cycle, victim, runMs, seen, after, checked));
  }

  /** Tells what was compared with the node's own blocks and results at the end. */
  void compared(long blocks, int transactions) {
    this.blocks = blocks;
    this.transactions = transactions;
  }

  void write(Path file, String cometVersion) throws IOException {
    String text =
        """
        # Crash runs

        Application and node are ended by SIGKILL at random moments under load (8 clients, each with
        one transaction on its way). After each restart the chain must go on past the last height
        seen, and every transaction seen committed since the crash before must be readable with its
        height, result and value; at the end all blocks, transactions, results and logs are compared
        with the node's own /block and /block_results.
        Made by `mvn verify -Pfull`; a run is replayed with `-Dvarve.seed=<seed>`.

        CometBFT %s, Java %s, %d processors.

        %s"""
            .formatted(
                cometVersion, Runtime.version(), Runtime.getRuntime().availableProcessors(), this);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Override
  public String toString() {
    return "Seed "
        + seed
        + ", "
        + rows.size()
        + " cycles; "
        + blocks
        + " blocks with "
        + transactions
        + " transactions are as the node has them.\n\n"
        + "| cycle | killed | after ms | height seen | height after | transactions found |\n"
        + "| ---: | --- | ---: | ---: | ---: | ---: |\n"
        + String.join("\n", rows)
        + "\n";
  }
}
