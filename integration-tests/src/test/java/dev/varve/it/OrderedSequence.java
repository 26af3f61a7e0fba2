package dev.varve.it;

import java.util.List;
import java.util.TreeSet;

/** Whether writes of a key can have come from submissions in their order. */
final class OrderedSequence {
  private OrderedSequence() {}

  /**
   * Whether each acknowledged submission stands there once or several times in a row, each of which
   * nothing is known also not at all, all in their order, and nothing else.
   *
   * @param found values, as the chain has them
   */
  static boolean explains(List<LoggedTask> submitted, List<String> found) {
    TreeSet<Integer> last = new TreeSet<>(List.of(-1));
    for (String value : found) {
      TreeSet<Integer> next = new TreeSet<>();
      for (int at : last) {
        if (at >= 0 && submitted.get(at).value.equals(value)) {
          next.add(at);
        }
        for (int i = at + 1; i < submitted.size(); i++) {
          if (submitted.get(i).value.equals(value)) {
            next.add(i);
          }
          if (submitted.get(i).isAcknowledged()) {
            break;
          }
        }
      }
      last = next;
    }
    return last.stream()
        .anyMatch(
            at ->
                submitted.subList(at + 1, submitted.size()).stream()
                    .noneMatch(LoggedTask::isAcknowledged));
  }
}
