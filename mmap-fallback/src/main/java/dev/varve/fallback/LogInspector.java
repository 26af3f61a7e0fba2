package dev.varve.fallback;

import dev.varve.fallback.io.FileIo;
import dev.varve.fallback.io.MappedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a forced log's folder as it lies there and changes no byte of it: for checks and dumps of a
 * stopped or damaged home.
 *
 * <p>Errors: {@link FallbackLogException.Incompatible} and {@link FallbackLogException.Io}; damage
 * is not an error but a finding. Threads: one; no log may have the folder open for writing.
 */
public final class LogInspector {
  private LogInspector() {}

  /** Takes the entries that a log opened on this folder would serve, in order. */
  @FunctionalInterface
  public interface Visitor {
    /** One entry with its checked payload, and where it stands. */
    void entry(long sequence, byte[] payload, Path file, long offset);
  }

  /**
   * What an inspection found besides the entries.
   *
   * @param drainedThrough the cursor, 0 when there is none
   * @param damage what is not as it was written, in the order of the log; what it says to be done
   *     is what open would do
   */
  public record Report(long drainedThrough, List<Damage> damage) {
    public Report {
      damage = List.copyOf(damage);
    }
  }

  /** Shows every entry, then returns what is damaged. A folder that is missing is an empty log. */
  public static Report inspect(Path folder, FileIo files, Visitor visitor) {
    if (!Files.isDirectory(folder)) {
      return new Report(0, List.of());
    }
    try {
      new LogFolder(folder, files).checkForced();
      List<Damage> damage = new ArrayList<>();
      Cursor.State cursor = cursor(folder, files, damage);
      List<SegmentFile> found = SegmentFile.list(folder, files, false);
      try {
        RecoveryPlan plan = RecoveryPlan.of(found, cursor);
        plan.kept.forEach(kept -> show(kept, visitor));
        damage.addAll(plan.damage);
      } finally {
        found.forEach(segment -> segment.file().close());
      }
      return new Report(cursor.value(), damage);
    } catch (IOException e) {
      throw LogFolder.explained("fallback log " + folder + " cannot be read", e);
    }
  }

  /**
   * Shows every entry that reads back, also those behind damage that no log would serve: in the
   * order of the log, with gaps. In a segment whose header is damaged nothing can be told from
   * other bytes, so nothing of it is shown. A folder that is missing has no entries.
   */
  public static void salvage(Path folder, FileIo files, Visitor visitor) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try {
      new LogFolder(folder, files).checkForced();
      List<SegmentFile> found = SegmentFile.list(folder, files, false);
      try {
        for (int i = 0; i < found.size(); i++) {
          if (found.get(i).isValid()) {
            salvage(found.get(i), limit(found, i), visitor);
          }
        }
      } finally {
        found.forEach(segment -> segment.file().close());
      }
    } catch (IOException e) {
      throw LogFolder.explained("fallback log " + folder + " cannot be read", e);
    }
  }

  /** The first sequence that a later segment makes void. */
  private static long limit(List<SegmentFile> found, int of) {
    return found.subList(of + 1, found.size()).stream()
        .filter(SegmentFile::isValid)
        .mapToLong(segment -> segment.header().first())
        .min()
        .orElse(Long.MAX_VALUE);
  }

  private static void salvage(SegmentFile segment, long limit, Visitor visitor) {
    ByteBuffer bytes = segment.file().bytes();
    long salt = segment.header().salt();
    int at = SegmentHeader.BYTES;
    while (at <= bytes.capacity() - EntryFormat.HEADER_BYTES) {
      boolean entry =
          bytes.getInt(at) == EntryFormat.MAGIC
              && EntryFormat.headerValid(bytes, at, salt)
              && EntryFormat.bodyValid(bytes, at);
      if (entry && EntryFormat.sequence(bytes, at) < limit) {
        show(segment, at, visitor);
      }
      at = entry ? EntryFormat.end(bytes, at) : at + 8;
    }
  }

  private static Cursor.State cursor(Path folder, FileIo files, List<Damage> damage)
      throws IOException {
    Path path = folder.resolve(Cursor.NAME);
    if (!Files.exists(path) || Files.size(path) != Cursor.BYTES) {
      return new Cursor.State(0, 0, 0, -1, -1);
    }
    try (MappedFile file = files.map(path, false)) {
      Cursor.State state = Cursor.decode(file.bytes());
      Cursor.damage(path, state).ifPresent(damage::add);
      return state;
    }
  }

  private static void show(RecoveryPlan.Kept kept, Visitor visitor) {
    SegmentScan scan = kept.scan();
    for (int i = 0; i < scan.count(); i++) {
      show(kept.segment(), scan.offsets()[i], visitor);
    }
  }

  private static void show(SegmentFile segment, int at, Visitor visitor) {
    ByteBuffer bytes = segment.file().bytes();
    byte[] payload = new byte[EntryFormat.payloadBytes(bytes, at)];
    bytes.get(EntryFormat.payloadAt(bytes, at), payload);
    visitor.entry(EntryFormat.sequence(bytes, at), payload, segment.path(), at);
  }
}
