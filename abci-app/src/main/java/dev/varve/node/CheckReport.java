package dev.varve.node;

import java.util.List;

/**
 * What a check of a store looked at and found.
 *
 * @param problems at most {@link StoreCheck#MAX_PROBLEMS}, in the order they were found
 */
public record CheckReport(
    long firstHeight,
    long lastHeight,
    long blocks,
    long transactions,
    long keys,
    List<String> problems) {

  public CheckReport {
    problems = List.copyOf(problems);
  }

  /** Whether nothing is wrong. */
  public boolean sound() {
    return problems.isEmpty();
  }
}
