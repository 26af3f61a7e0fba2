package dev.varve.fallback;

import dev.varve.fallback.io.FileIo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a log's folder as it lies there and changes no byte of it: for checks and dumps of a
 * stopped or damaged home.
 *
 * <p>Errors: {@link FallbackLogException.Incompatible} and {@link FallbackLogException.Io}; damage
 * is not an error but a finding. Threads: one; no log may have the folder open for writing.
 */
public final class LogInspector {
  private LogInspector() {}

  /** Takes what an inspection finds, in the order of the log. */
  public interface Visitor {
    /** An entry that a log opened on this folder would serve, with its checked payload. */
    void entry(long sequence, byte[] payload, Path file, long offset);
  }

  /** Shows every entry and returns what is damaged; {@code drainedThrough} is 0 when unknown. */
  public static Report inspect(Path folder, FileIo files, Visitor visitor) {
    return new Report(0, new ArrayList<>());
  }

  /**
   * What an inspection found besides the entries.
   *
   * @param drainedThrough the cursor
   * @param damage what is not as it was written; what is said to be done is what open would do
   */
  public record Report(long drainedThrough, List<Damage> damage) {
    public Report {
      damage = List.copyOf(damage);
    }
  }
}
