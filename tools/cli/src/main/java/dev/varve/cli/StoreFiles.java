package dev.varve.cli;

import dev.varve.fallback.Damage;
import dev.varve.node.StoredChain;

/** Tells what is wrong with the files of a store that opens all the same. */
final class StoreFiles {
  private StoreFiles() {}

  static void tell(Console console, StoredChain chain) {
    for (Damage damage : chain.damage()) {
      if (damage.kind() == Damage.Kind.DAMAGED) {
        console.error(
            damage.file()
                + " at byte "
                + damage.offset()
                + ": "
                + damage.what()
                + "; see varve check");
      }
    }
  }
}
