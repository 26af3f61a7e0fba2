package org.apache.shardingsphere.violation;

/** Something in this package, for classes that break a rule by using it. */
public final class Anything {
  private Anything() {}
}
