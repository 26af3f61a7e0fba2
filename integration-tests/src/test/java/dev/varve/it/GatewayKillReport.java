package dev.varve.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** What each cycle of a run of kills did, as a table. */
final class GatewayKillReport {
  private static final int ROWS = 20;

  private final long seed;
  private final List<Row> rows = new ArrayList<>();
  private String end = "";

  /**
   * A cycle.
   *
   * @param fault what happened to the chain meanwhile
   * @param runMs from the first acknowledgement to the kill
   * @param acknowledged acknowledgements in it
   */
  record Row(
      int cycle,
      GatewayKillIT.Fault fault,
      int runMs,
      long acknowledged,
      UplinkAudit.AtDeath death) {}

  GatewayKillReport(long seed) {
    this.seed = seed;
  }

  void add(Row row) {
    rows.add(row);
  }

  void ended(UplinkAudit.Result result, long height, long reads, long ofPending, long refused) {
    end =
        """
        | | |
        | --- | ---: |
        | SIGKILLs | %d |
        | blocks | %d |
        | submissions | %d |
        | acknowledged | %d |
        | of these in a block | %d |
        | of these on the failed list, with a reason | %d |
        | in a block, though the kill took the acknowledgement | %d |
        | on the failed list, though the kill took the acknowledgement | %d |
        | texts in more blocks than submissions | %d |
        | inclusions with another code than 0 | %d |
        | reads that found what was due | %d |
        | of these from a pending task | %d |
        | reads refused while the chain was away | %d |
        """
            .formatted(
                rows.size(),
                height,
                result.submitted(),
                result.acknowledged(),
                result.committed(),
                result.failed(),
                result.unanswered(),
                result.failedUnanswered(),
                result.duplicates(),
                result.refused(),
                reads,
                ofPending,
                refused);
  }

  void write(Path file, String cometVersion) throws IOException {
    String text =
        """
        # Gateway kills

        A `varve gateway --node` with its backup on disk is ended by SIGKILL at random moments,
        50 to 800 ms after its first acknowledgement, under four clients that submit in every way
        and two that read without pause; in some cycles node or application are frozen, or restarted
        with an empty mempool, too. After each kill, while the gateway is dead: every acknowledged
        task is in the backup or in a block, no idempotency key has two tasks, and all that the node
        has in its mempool or in blocks above the height of the backup is in the backup. At the end,
        from the clients' own log: every acknowledged task is in a block (an envelope exactly once
        with code 0) or on the failed list (only envelopes that expired), ordered ones in their
        order, and no read was missing or older than one before.
        Made by `mvn verify -Pfull`; a run is replayed with `-Dvarve.seed=<seed>`.

        CometBFT %s, Java %s, %d processors, %s.

        %s"""
            .formatted(
                cometVersion,
                Runtime.version(),
                Runtime.getRuntime().availableProcessors(),
                LocalDate.now(ZoneOffset.UTC),
                this);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Override
  public String toString() {
    int step = Math.max(1, rows.size() / ROWS);
    StringBuilder table =
        new StringBuilder(
            """
            | cycles | acknowledged | in the backup at the kill | of these unanswered |\
             ahead in the node | node or application faults |
            | --- | ---: | ---: | ---: | ---: | ---: |
            """);
    for (int from = 0; from < rows.size(); from += step) {
      table.append(line(rows.subList(from, Math.min(rows.size(), from + step))));
    }
    return "Seed " + seed + ".\n\n" + end + "\n" + table;
  }

  private static String line(List<Row> some) {
    return "| %d-%d | %d | %d | %d | %d | %d |%n"
        .formatted(
            some.get(0).cycle,
            some.get(some.size() - 1).cycle,
            some.stream().mapToLong(Row::acknowledged).sum(),
            some.stream().mapToLong(row -> row.death.pending()).sum(),
            some.stream().mapToLong(row -> row.death.unanswered()).sum(),
            some.stream().mapToLong(row -> row.death.ahead()).sum(),
            some.stream().filter(row -> row.fault != GatewayKillIT.Fault.NONE).count());
  }
}
