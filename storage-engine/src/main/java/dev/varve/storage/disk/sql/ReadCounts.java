package dev.varve.storage.disk.sql;

/**
 * Where reads went.
 *
 * @param replicas answered by replicas alone
 * @param movingOfReplicas those among them of what changes: places of transactions, state, names
 * @param primaries for which a primary was asked
 */
public record ReadCounts(long replicas, long movingOfReplicas, long primaries) {
  ReadCounts plus(ReadCounts other) {
    return new ReadCounts(
        replicas + other.replicas,
        movingOfReplicas + other.movingOfReplicas,
        primaries + other.primaries);
  }

  /** Those since others of the same store. */
  public ReadCounts since(ReadCounts before) {
    return new ReadCounts(
        replicas - before.replicas,
        movingOfReplicas - before.movingOfReplicas,
        primaries - before.primaries);
  }
}
