package dev.varve.fallback;

import dev.varve.fallback.io.FileIo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Carries out a {@link RecoveryPlan}: afterwards the folder holds the segments served, and beside
 * them only what is kept aside.
 *
 * <p>Every step leaves a folder that a crash lets the next open recover to the same entries.
 */
final class Recovery {
  private final Path folder;
  private final FileIo files;
  private final boolean forced;

  /** Bytes of removed entries may stand behind the newest one, though they read as zeros. */
  private final boolean truncated;

  private final List<Segment> segments = new ArrayList<>();
  private final Map<Path, Path> renamed = new HashMap<>();

  private Recovery(Path folder, FileIo files, boolean forced, boolean truncated) {
    this.folder = folder;
    this.files = files;
    this.forced = forced;
    this.truncated = truncated;
  }

  /** The segments to serve, oldest first, and what was found. */
  record Result(List<Segment> segments, List<Damage> damage) {}

  static Result run(Path folder, FileIo files, Cursor.State cursor, boolean forced)
      throws IOException {
    List<SegmentFile> found = SegmentFile.list(folder, files, true);
    Recovery recovery = new Recovery(folder, files, forced, cursor.voidFrom() != 0);
    RecoveryPlan plan;
    try {
      plan = RecoveryPlan.of(found, cursor);
      recovery.apply(plan);
    } catch (IOException | RuntimeException e) {
      found.forEach(segment -> segment.file().close());
      throw e;
    }
    return new Result(recovery.segments, recovery.renamed(plan.damage));
  }

  private void apply(RecoveryPlan plan) throws IOException {
    for (int i = 0; i < plan.kept.size(); i++) {
      keep(plan.kept.get(i), plan.flag, i == plan.kept.size() - 1);
    }
    // The broken segment first, then oldest first: after a crash in between the break still shows.
    if (plan.flag != null && !plan.flag.flagged()) {
      rename(plan.flag.path(), SegmentFile.flagged(folder, plan.flag.id()));
      segments.get(segments.size() - 1).renamed(renamed.get(plan.flag.path()));
    }
    for (SegmentFile segment : plan.aside) {
      rename(segment.path(), SegmentFile.aside(segment.path()));
      segment.file().close();
    }
    for (SegmentFile segment : plan.delete) {
      files.delete(segment.path());
      segment.file().close();
    }
    if (!plan.delete.isEmpty()) {
      files.forceFolder(folder);
    }
  }

  private void keep(RecoveryPlan.Kept kept, SegmentFile flag, boolean newest) throws IOException {
    SegmentFile file = kept.segment();
    SegmentScan scan = kept.scan();
    boolean sealed = scan.ending() == SegmentScan.Ending.SEALED;
    boolean damaged = file.flagged() || (flag != null && file.id() == flag.id());
    if (!sealed && !damaged) {
      clean(file, scan.end(), newest && truncated);
    }
    if (newest && forced) {
      forceUnproven(file, scan);
    }
    Segment segment =
        Segment.recovered(
            file.file(), file.header(), scan.offsets(), scan.count(), scan.end(), sealed);
    if (damaged) {
      segment.markDamaged();
      segment.poison();
    } else if (!newest) {
      segment.finish();
      segment.seal();
    }
    segments.add(segment);
  }

  /** Zeros what stands behind the entries: left there, it could pass for entries later. */
  private void clean(SegmentFile file, int end, boolean always) throws IOException {
    ByteBuffer bytes = file.file().bytes();
    if (always || !Zeros.only(bytes, end, bytes.capacity())) {
      Zeros.fill(bytes, end, bytes.capacity());
      if (forced) {
        file.file().rewrite(end, bytes.capacity() - end);
        file.file().force(end, bytes.capacity() - end);
      }
    }
  }

  /**
   * Forces the last append anew. It may never have been forced; or its force failed, after which
   * the system takes its pages for clean: so they are written anew.
   */
  private static void forceUnproven(SegmentFile file, SegmentScan scan) throws IOException {
    if (scan.count() == 0) {
      return;
    }
    ByteBuffer bytes = file.file().bytes();
    int lastAt = scan.offsets()[scan.count() - 1];
    long proven = EntryFormat.forcedThrough(bytes, lastAt) - file.header().first() + 1;
    int from = proven <= 0 ? 0 : scan.offsets()[(int) Math.min(proven, scan.count() - 1)];
    file.file().rewrite(from, scan.end() - from);
    file.file().force(from, scan.end() - from);
  }

  private void rename(Path from, Path to) throws IOException {
    files.rename(from, to);
    renamed.put(from, to);
  }

  private List<Damage> renamed(List<Damage> damage) {
    return damage.stream()
        .map(
            d ->
                new Damage(
                    renamed.getOrDefault(d.file(), d.file()), d.offset(), d.kind(), d.what()))
        .toList();
  }
}
