package dev.varve.node;

import dev.varve.storage.DiskStore;
import dev.varve.storage.disk.copy.StoreCopy;

/** Keeps nodes and tools away from stores that are filled only in part. */
final class StoreMarks {
  private StoreMarks() {}

  /**
   * Requires that a store holds no copy that is not finished, and closes it where it does.
   *
   * @throws NodeException naming the copy
   */
  static <T extends DiskStore> T requireFinished(T store, String where) {
    try {
      StoreCopy.unfinished(store.meta(StoreCopy.NAME))
          .ifPresent(
              copy -> {
                throw new NodeException(
                    String.format(
                        "%s holds %s: finish it with varve store copy, or empty it",
                        where, StoreCopy.describe(copy)));
              });
      return store;
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }
}
