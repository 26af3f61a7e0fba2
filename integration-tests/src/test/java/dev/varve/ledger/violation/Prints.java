package dev.varve.ledger.violation;

/** Breaks the rule on printing. */
final class Prints {
  static void print() {
    System.out.println("printed");
  }
}
