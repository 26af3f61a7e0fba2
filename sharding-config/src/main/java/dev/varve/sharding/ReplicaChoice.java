package dev.varve.sharding;

/**
 * Which replicas may be asked in a read, and what becomes of that. Called on the reader's thread.
 */
public interface ReplicaChoice {
  /** Whether a replica may be asked, by its name in cluster.yaml. */
  boolean admits(String replica);

  /** None of the replicas of a primary was admitted and answered: the primary is asked. */
  void passedOver();
}
