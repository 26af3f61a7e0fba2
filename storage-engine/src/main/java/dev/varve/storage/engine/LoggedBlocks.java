package dev.varve.storage.engine;

import dev.varve.fallback.Damage;
import dev.varve.fallback.FallbackLogException;
import dev.varve.fallback.LogInspector;
import dev.varve.fallback.io.FileIo;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.StorageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The blocks in the fallback log of a stopped node, read without changing a byte of it.
 *
 * <p>Errors: {@link StorageException} when the folder is of another format or cannot be read;
 * damage is not an error but a finding. Threads: one; no engine may have the log open.
 */
public final class LoggedBlocks {
  private LoggedBlocks() {}

  /** Takes the blocks that an engine opened on the log would see, in order of height. */
  @FunctionalInterface
  public interface Visitor {
    /** One block, every record of which was verified, and where its entry stands. */
    void block(BlockBatch batch, Path file, long offset);
  }

  /**
   * What was found besides the blocks.
   *
   * @param drainedThrough the height up to which the log knows its blocks to be in the disk store
   * @param damage what is not as it was written, in the order of the log, and after it the entries
   *     that are whole but hold no whole block
   */
  public record Report(long drainedThrough, List<Damage> damage) {
    public Report {
      damage = List.copyOf(damage);
    }
  }

  /** Shows every block. A folder that is missing is an empty log. */
  public static Report visit(Path folder, FileIo files, Visitor visitor) {
    List<Damage> unreadable = new ArrayList<>();
    LogInspector.Report report;
    try {
      report =
          LogInspector.inspect(
              folder,
              files,
              (sequence, payload, file, offset) -> {
                BlockBatch batch;
                try {
                  batch = BatchDecoder.decode(payload);
                } catch (StorageException.Corruption e) {
                  unreadable.add(
                      new Damage(
                          file,
                          offset,
                          Damage.Kind.DAMAGED,
                          "the entry of block " + sequence + " holds no block: " + e.getMessage()));
                  return;
                }
                visitor.block(batch, file, offset);
              });
    } catch (FallbackLogException e) {
      throw LogErrors.translate(e);
    }
    List<Damage> damage = new ArrayList<>(report.damage());
    damage.addAll(unreadable);
    return new Report(report.drainedThrough(), damage);
  }
}
