package dev.varve.storage.disk.sql;

import dev.varve.storage.StorageException;
import java.util.List;
import java.util.Optional;

/** Tells whose a cluster is, before it is opened. */
public final class ClusterOwner {
  private ClusterOwner() {}

  /**
   * The id of the home that the groups belong to, if they belong to one.
   *
   * @throws StorageException when a primary does not answer
   */
  public static Optional<String> of(List<? extends SqlGroup> groups) {
    for (SqlGroup group : groups) {
      Optional<String> owner = new Group(group, () -> false).owner();
      if (owner.isPresent()) {
        return owner;
      }
    }
    return Optional.empty();
  }
}
