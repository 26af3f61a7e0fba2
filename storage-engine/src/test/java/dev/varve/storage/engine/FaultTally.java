package dev.varve.storage.engine;

/** What was done in fault runs. */
record FaultTally(
    int commits, int storeFaults, int failedCalls, int memoryFailures, int restarts, int kills) {
  static final FaultTally NONE = new FaultTally(0, 0, 0, 0, 0, 0);

  FaultTally plus(FaultTally other) {
    return new FaultTally(
        commits + other.commits,
        storeFaults + other.storeFaults,
        failedCalls + other.failedCalls,
        memoryFailures + other.memoryFailures,
        restarts + other.restarts,
        kills + other.kills);
  }
}
