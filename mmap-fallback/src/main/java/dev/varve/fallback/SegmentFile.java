package dev.varve.fallback;

import dev.varve.fallback.io.FileIo;
import dev.varve.fallback.io.MappedFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A segment file as it lies in the folder.
 *
 * @param id the number in its name
 * @param flagged whether its name says that it holds damaged bytes worth keeping
 * @param file the map
 * @param state what its header is
 * @param header the header, null where there is no valid one
 */
record SegmentFile(
    long id, boolean flagged, MappedFile file, SegmentHeader.State state, SegmentHeader header) {
  private static final Pattern NAME =
      Pattern.compile("segment-([0-9]{10,18})(\\.damaged)?\\.log(\\.aside)?");

  static String name(long id) {
    return String.format(Locale.ROOT, "segment-%010d.log", id);
  }

  static Path flagged(Path folder, long id) {
    return folder.resolve(String.format(Locale.ROOT, "segment-%010d.damaged.log", id));
  }

  static Path aside(Path file) {
    return file.resolveSibling(file.getFileName() + ".aside");
  }

  /** The highest number any file of the folder has, those kept aside included. */
  static long highestId(Path folder, FileIo files) throws IOException {
    long highest = 0;
    for (Path path : files.list(folder)) {
      Matcher name = NAME.matcher(path.getFileName().toString());
      if (name.matches()) {
        highest = Math.max(highest, Long.parseLong(name.group(1)));
      }
    }
    return highest;
  }

  /** Deletes all segment files but those kept aside. */
  static void deleteAll(Path folder, FileIo files) throws IOException {
    for (Path path : files.list(folder)) {
      Matcher name = NAME.matcher(path.getFileName().toString());
      if (name.matches() && name.group(3) == null) {
        files.delete(path);
      }
    }
  }

  /** Maps the segments of a folder, in order; files shorter than a header are passed over. */
  static List<SegmentFile> list(Path folder, FileIo files, boolean writable) throws IOException {
    List<SegmentFile> found = new ArrayList<>();
    try {
      for (Path path : files.list(folder)) {
        Matcher name = NAME.matcher(path.getFileName().toString());
        if (!name.matches() || name.group(3) != null) {
          continue;
        }
        if (Files.size(path) >= SegmentHeader.BYTES) {
          found.add(open(files.map(path, writable), name));
        } else if (writable) {
          files.delete(path); // a crash during its preallocation
        }
      }
    } catch (IOException | RuntimeException e) {
      found.forEach(segment -> segment.file.close());
      throw e;
    }
    found.sort(Comparator.comparingLong(SegmentFile::id));
    return found;
  }

  private static SegmentFile open(MappedFile file, Matcher name) {
    long id = Long.parseLong(name.group(1));
    SegmentHeader.State state = SegmentHeader.state(file.bytes());
    SegmentHeader header = null;
    if (state == SegmentHeader.State.VALID) {
      header = SegmentHeader.decode(file.bytes());
      if (header.version() != SegmentHeader.VERSION) {
        file.close();
        throw new FallbackLogException.Incompatible(
            String.format(
                "fallback log %s has segment format %d in %s, this program knows %d",
                file.file().getParent(),
                header.version(),
                file.file().getFileName(),
                SegmentHeader.VERSION));
      }
      if (header.id() != id) {
        state = SegmentHeader.State.DAMAGED;
      }
    } else if (state == SegmentHeader.State.BLANK
        && !Zeros.only(file.bytes(), 0, file.bytes().capacity())) {
      state = SegmentHeader.State.DAMAGED;
    }
    return new SegmentFile(id, name.group(2) != null, file, state, header);
  }

  boolean isValid() {
    return state == SegmentHeader.State.VALID;
  }

  /** A header of zeros before other bytes: a page that never reached the disk, or was lost. */
  boolean lacksHeader() {
    return state == SegmentHeader.State.DAMAGED && Zeros.only(file.bytes(), 0, SegmentHeader.BYTES);
  }

  Path path() {
    return file.file();
  }
}
