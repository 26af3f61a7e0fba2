package dev.varve.sharding;

import java.util.Set;

/** Replicas that a test has read from; tells whether a primary has stood in. */
final class Admitted implements ReplicaChoice {
  private final Set<String> names;
  private boolean passedOver;

  /** None for all of them. */
  Admitted(String... names) {
    this.names = Set.of(names);
  }

  @Override
  public boolean admits(String replica) {
    return names.isEmpty() || names.contains(replica);
  }

  @Override
  public void passedOver() {
    passedOver = true;
  }

  boolean isPassedOver() {
    return passedOver;
  }
}
