package dev.varve.storage.engine;

/** Where a block goes first. Its Commit is answered after the force of either place. */
public enum DiskPolicy {
  /** To the disk store; to the log when the store fails, is slow, or lags behind the log. */
  THROUGH,
  /** To the log; a thread applies it to the disk store afterwards. */
  BEHIND
}
