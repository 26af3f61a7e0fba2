package dev.varve.storage.pending;

import dev.varve.storage.StorageException;

/** A commit was asked for and not answered: it may have come about, whole, or not. */
final class UnsureCommitException extends Exception {
  private static final long serialVersionUID = 1L;

  private final StorageException failure;

  UnsureCommitException(StorageException failure) {
    super(failure);
    this.failure = failure;
  }

  /** What to tell where it does not matter whether it has. */
  StorageException failure() {
    return failure;
  }
}
