package dev.varve.storage.pending;

import dev.varve.fallback.Damage;
import dev.varve.fallback.io.FileIo;
import dev.varve.storage.PendingContents;
import dev.varve.storage.StorageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The backup on disk of a stopped gateway, read without changing a byte of it.
 *
 * <p>Errors: {@link StorageException} when the folder is another owner's, of another format, or
 * cannot be read; damage is not an error but a finding. Threads: one; no store may have the folder
 * open.
 */
public final class PendingLogInspector {
  private PendingLogInspector() {}

  /**
   * What a folder holds.
   *
   * @param contents what a store opened on it would hold
   * @param lastId the highest id that was given out, as far as it was written
   * @param entries the writes that the log still has
   * @param damage all that is not as it was written, in the order of the log, and after it the
   *     entries that are whole and do not read as records
   * @param loss the first damage for which a store would refuse to open: tasks may be lost there;
   *     empty for none
   */
  public record Report(
      PendingContents contents,
      long lastId,
      long entries,
      List<Damage> damage,
      Optional<Damage> loss) {
    public Report {
      damage = List.copyOf(damage);
    }
  }

  /** Reads a folder; one that is missing holds nothing. */
  public static Report inspect(Path folder, FileIo files) {
    PendingReplay found = PendingReplay.of(folder, files);
    return new Report(
        found.contents(),
        found.lastId(),
        found.entries(),
        found.damage(),
        Optional.ofNullable(found.firstLoss()));
  }

  /**
   * Copies what can be read of a damaged backup, that behind the damage included, into a folder
   * without one; the damaged one is not changed. Tasks whose removal is lost are pending again.
   *
   * <p>Ids go on far above those that may be lost. A copy that is broken off has written all or
   * nothing.
   *
   * @return what the new folder holds
   * @throws StorageException.Incompatible when the new folder holds, or held, tasks
   */
  public static PendingContents salvage(Path damaged, PendingLogConfig to, FileIo files) {
    PendingReplay found = PendingReplay.salvage(damaged, files);
    try (LogPendingStore store = LogPendingStore.open(to, files)) {
      store.begin(found);
    }
    return inspect(to.folder(), files).contents();
  }
}
