package dev.varve.abci.v1.violation;

/** Something in this package, for classes that break a rule by using it. */
public final class Anything {
  private Anything() {}
}
