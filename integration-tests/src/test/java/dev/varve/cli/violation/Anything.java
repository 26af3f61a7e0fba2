package dev.varve.cli.violation;

/** Something in this package, for classes that break a rule by using it. */
public final class Anything {
  private Anything() {}

  static dev.varve.storage.violation.UsesCli cycle() {
    return null;
  }
}
