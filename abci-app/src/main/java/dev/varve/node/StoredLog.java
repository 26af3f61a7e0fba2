package dev.varve.node;

import dev.varve.fallback.io.RealFileIo;
import dev.varve.storage.engine.LoggedBlocks;

/**
 * The fallback log of a home whose node does not run, for tools. Errors: as of {@link
 * LoggedBlocks}. Threads: one.
 */
public final class StoredLog {
  private final NodeConfig config;

  /** The log that the settings name. */
  public StoredLog(NodeConfig config) {
    this.config = config;
  }

  /** Shows every block in the log, in order of height. */
  public LoggedBlocks.Report visit(LoggedBlocks.Visitor visitor) {
    return LoggedBlocks.visit(
        config.fallback().path().resolve(Wiring.DISK_LOG), new RealFileIo(), visitor);
  }
}
