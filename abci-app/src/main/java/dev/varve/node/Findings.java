package dev.varve.node;

import dev.varve.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Collects what a check finds, up to a bound. Not thread-safe. */
final class Findings {
  private final List<Problem> problems = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  void problem(String what, String remedy) {
    if (!full()) {
      problems.add(new Problem(what, remedy));
    }
  }

  void note(String text) {
    notes.add(text);
  }

  /** Reads; damage is a problem, what cannot be done now is thrown. */
  <T> Optional<T> guard(String what, String remedy, Supplier<T> read) {
    try {
      return Optional.of(read.get());
    } catch (StorageException.Corruption e) {
      problem(what + ": " + e.getMessage(), remedy);
      return Optional.empty();
    }
  }

  /** Whether a problem already says so. */
  boolean tells(String text) {
    return problems.stream().anyMatch(problem -> problem.what().contains(text));
  }

  boolean full() {
    return problems.size() >= HomeCheck.MAX_PROBLEMS;
  }

  List<Problem> problems() {
    return problems;
  }

  List<String> notes() {
    return notes;
  }
}
