package dev.varve.gateway;

/** Where a task stands; {@code queued} to {@code in_mempool} may go back to {@code queued}. */
public enum TaskState {
  /** Backed up, waiting to be sent, for the first time or again. */
  QUEUED("queued"),
  /** Given to the node, which has not answered yet. */
  SENT("sent"),
  /** The node has taken it. */
  IN_MEMPOOL("in_mempool"),
  /** In a block, with code 0 or, of an application that answers so, another one. */
  COMMITTED("committed"),
  /** Given up, on the failed list. */
  FAILED("failed"),
  /** Taken off by an operator. */
  DROPPED("dropped");

  private final String word;

  TaskState(String word) {
    this.word = word;
  }

  /** As it stands in answers and metrics. */
  public String word() {
    return word;
  }

  /** Whether it is answered as pending. */
  public boolean isPending() {
    return this == QUEUED || this == SENT || this == IN_MEMPOOL;
  }
}
