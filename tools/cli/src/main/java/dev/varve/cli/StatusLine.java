package dev.varve.cli;

import dev.varve.node.ByteSize;
import dev.varve.node.NodeStatus;
import java.util.List;
import java.util.Locale;

/** How a chain fares, in one line. */
final class StatusLine {
  private final List<Validator> validators;
  private long lastTxs;
  private long lastNs = System.nanoTime();

  StatusLine(List<Validator> validators) {
    this.validators = List.copyOf(validators);
    this.lastTxs = validators.get(0).status().txs();
  }

  /** The line now; tx/s is since the last call. */
  String next() {
    List<NodeStatus> statuses = validators.stream().map(Validator::status).toList();
    long now = System.nanoTime();
    long txs = statuses.get(0).txs();
    double txsPerSecond = (txs - lastTxs) * 1e9 / Math.max(1, now - lastNs);
    lastTxs = txs;
    lastNs = now;
    return render(statuses, txsPerSecond);
  }

  static String render(List<NodeStatus> statuses, double txsPerSecond) {
    NodeStatus first = statuses.get(0);
    String hash = first.appHash();
    long low = statuses.stream().mapToLong(s -> s.engine().height()).min().orElse(0);
    long memory = statuses.stream().mapToLong(s -> s.engine().memory().bytes()).sum();
    long disk = statuses.stream().mapToLong(s -> s.engine().diskBytes()).sum();
    String behind =
        statuses.size() == 1 ? "" : " (slowest of " + statuses.size() + ": " + low + ")";
    return String.format(
        Locale.ROOT,
        "height %d%s  %.1f tx/s  app hash %s  memory %s  disk %s%s",
        first.engine().height(),
        behind,
        txsPerSecond,
        hash.isEmpty() ? "none" : hash.substring(0, Math.min(12, hash.length())),
        ByteSize.rounded(memory),
        ByteSize.rounded(disk),
        statuses.stream().allMatch(NodeStatus::healthy) ? "" : "  NOT HEALTHY, see the log");
  }
}
