package dev.varve.node;

import java.util.List;

/**
 * What a check of a home looked at and found.
 *
 * @param firstHeight first block of the disk store
 * @param lastHeight last block of the disk store
 * @param blocks blocks read in the disk store
 * @param transactions transactions read in the disk store
 * @param keys keys of the state
 * @param logged blocks read in the fallback log
 * @param loggedHeight last block in the fallback log, 0 for none
 * @param problems at most {@link HomeCheck#MAX_PROBLEMS}, in the order they were found
 * @param notes what is worth knowing but is not wrong
 */
public record CheckReport(
    long firstHeight,
    long lastHeight,
    long blocks,
    long transactions,
    long keys,
    long logged,
    long loggedHeight,
    List<Problem> problems,
    List<String> notes) {

  public CheckReport {
    problems = List.copyOf(problems);
    notes = List.copyOf(notes);
  }

  /** Whether nothing is wrong. */
  public boolean sound() {
    return problems.isEmpty();
  }
}
