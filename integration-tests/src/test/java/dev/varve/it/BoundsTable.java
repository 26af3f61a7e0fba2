package dev.varve.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** What each run of {@link BoundsIT} took at most, as a table. */
final class BoundsTable {
  private static final long MIB = 1L << 20;

  private final List<String> rows = new ArrayList<>();

  void add(String scenario, long logBytes, Map<String, Long> most) {
    rows.add(
        "| %s | %,d | %d | %d | %d | %d of %d | %d | %d | %d | %d | %d | %d |"
            .formatted(
                scenario,
                most.get("transactions"),
                most.get("lag_blocks"),
                most.get("heap_bytes") / MIB,
                most.get("memory_bytes") / MIB,
                most.get("log_bytes") / MIB,
                logBytes / MIB,
                most.get("direct_bytes") / MIB,
                most.get("anonymous_bytes") / MIB,
                most.get("open_files"),
                most.get("threads"),
                most.getOrDefault("held_millis", 0L) / 1000,
                most.get("seconds")));
    Collections.sort(rows);
  }

  void write(Path file) throws IOException {
    String text =
        """
        # Bounds

        Engine and ledger over RocksDB, Chronicle Map and fallback log with the node's default
        settings, in a process of its own with a heap of 256 MiB and a memory store of 256 MiB.
        Blocks of 5,000 transactions of 250 bytes, one in five an envelope that five blocks may
        hold, which write 500,000 keys over and over: the app hash keeps about 100 bytes of heap for
        each key of the state, and the ledger 32 for each accepted envelope that has not expired, so
        the number of these, and that alone, decides what heap a chain needs; the number of
        transactions does not.

        - `grow`: the chain grows; then the engine is opened again, and the app hash rebuilt.
        - `down`: the disk store fails every write and every read of all blocks but the first and
          last five; then it is back and the log is drained.
        - `held`: the same with a log too small for that. When neither takes a block, Commit waits;
          2 s later the store comes back, Commit goes on, and once the log is drained the store
          fails anew.

        At the end of each the disk store alone must hold all blocks in order: app hashes and
        transactions as they were sent, results and logs complete. Figures are the highest of all
        looks, one after each block: MiB of heap used (garbage included), of the memory store, of
        log files, of direct buffers, and of the process's anonymous memory (heap, memory store,
        RocksDB's cache and memory tables, Java's own).
        Made by `mvn verify -Pfull`.

        Java %s, %d processors.

        %s\
        """
            .formatted(Runtime.version(), Runtime.getRuntime().availableProcessors(), this);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Override
  public String toString() {
    return "| scenario | transactions | blocks behind | heap | memory store | log | direct"
        + " | anonymous | files | threads | held s | seconds |\n"
        + "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        + String.join("\n", rows)
        + "\n";
  }
}
