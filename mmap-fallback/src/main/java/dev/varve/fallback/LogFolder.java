package dev.varve.fallback;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.varve.fallback.io.FileIo;
import dev.varve.fallback.io.NoSpaceException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** A log's folder and its marker, a line of text: the kind of log and the format version. */
final class LogFolder {
  static final String MARKER = "FORMAT";
  static final int VERSION = 1;

  private final Path folder;
  private final FileIo files;

  LogFolder(Path folder, FileIo files) {
    this.folder = folder;
    this.files = files;
  }

  /** Creates or checks the folder; empties that of a volatile log. */
  void prepare(Durability durability) throws IOException {
    files.createDirectories(folder);
    Optional<byte[]> marker = files.read(folder.resolve(MARKER));
    if (marker.isPresent()) {
      check(marker.get(), durability);
    } else {
      if (durability == Durability.VOLATILE && SegmentFile.highestId(folder, files) > 0) {
        throw new FallbackLogException.Incompatible(
            "fallback log "
                + folder
                + " has segments and no file "
                + MARKER
                + ": a volatile log discards only what a volatile log wrote");
      }
      files.replace(folder.resolve(MARKER), content(durability).getBytes(UTF_8));
    }
    if (durability == Durability.VOLATILE) {
      SegmentFile.deleteAll(folder, files);
      files.delete(folder.resolve(Cursor.NAME));
    }
  }

  /** Checks the folder of a forced log and changes nothing. */
  void checkForced() throws IOException {
    Optional<byte[]> marker = files.read(folder.resolve(MARKER));
    if (marker.isPresent()) {
      check(marker.get(), Durability.FORCED);
    }
  }

  private void check(byte[] marker, Durability durability) {
    String found = new String(marker, UTF_8);
    if (!found.equals(content(durability))) {
      throw new FallbackLogException.Incompatible(
          String.format(
              "fallback log %s has format \"%s\", this program knows \"%s\" for it",
              folder, found.strip(), content(durability).strip()));
    }
  }

  private static String content(Durability durability) {
    return durability.name().toLowerCase(Locale.ROOT) + "log " + VERSION + "\n";
  }

  /** The log's word for what went wrong below it; its own words pass through. */
  static RuntimeException explained(String what, Throwable e) {
    if (e instanceof NoSpaceException) {
      return new FallbackLogException.DiskFull(what + ": " + e.getMessage(), e);
    }
    if (e instanceof IOException || e instanceof InternalError) {
      return new FallbackLogException.Io(what + ": " + e.getMessage(), e);
    }
    if (e instanceof RuntimeException unchecked) {
      return unchecked;
    }
    throw (Error) e;
  }
}
