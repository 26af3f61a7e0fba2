package dev.varve.storage.disk;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.varve.fallback.io.FileIo;
import dev.varve.storage.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The folder of an embedded store and its version marker.
 *
 * <p>Errors: {@link StorageException.Incompatible} for a folder of another kind or version, {@link
 * StorageException.Unavailable} for one that cannot be read or written.
 */
public final class StoreFolder {
  /** Name of the marker. */
  public static final String MARKER = "FORMAT";

  private static final Pattern CONTENT = Pattern.compile("([a-z]+) ([0-9]{1,9})\n");

  private final FileIo files;
  private final Path folder;

  public StoreFolder(FileIo files, Path folder) {
    this.files = files;
    this.folder = folder;
  }

  /**
   * Creates the folder and its marker where there is none, else checks it.
   *
   * @param version the one this program writes; older ones from {@code oldest} on are accepted too,
   *     for the caller to bring up to date
   * @return the version of the folder
   */
  public int create(String kind, int oldest, int version) {
    try {
      files.createDirectories(folder);
      Optional<byte[]> marker = files.read(folder.resolve(MARKER));
      if (marker.isPresent()) {
        return check(marker.get(), kind, oldest, version);
      }
      if (!files.list(folder).isEmpty()) {
        throw new StorageException.Incompatible(
            String.format(
                "store %s holds files but no marker %s, so their format is not known",
                folder, MARKER));
      }
    } catch (IOException e) {
      throw new StorageException.Unavailable(
          "store folder " + folder + " cannot be written: " + e, e);
    }
    mark(kind, version);
    return version;
  }

  /** Writes the marker; of a folder that was brought up to date, as the last step of that. */
  public void mark(String kind, int version) {
    try {
      files.replace(folder.resolve(MARKER), (kind + " " + version + "\n").getBytes(UTF_8));
    } catch (IOException e) {
      throw new StorageException.Unavailable(
          "store folder " + folder + " cannot be written: " + e, e);
    }
  }

  /** Checks the folder as {@link #create} does, and changes nothing. */
  public int check(String kind, int oldest, int version) {
    try {
      Optional<byte[]> marker = files.read(folder.resolve(MARKER));
      if (marker.isEmpty()) {
        throw new StorageException.Unavailable(
            "no store in " + folder + ": it has no file " + MARKER, null);
      }
      return check(marker.get(), kind, oldest, version);
    } catch (IOException e) {
      throw new StorageException.Unavailable("store folder " + folder + " cannot be read: " + e, e);
    }
  }

  private int check(byte[] marker, String kind, int oldest, int version) {
    String content = new String(marker, UTF_8);
    Matcher parts = CONTENT.matcher(content);
    if (!parts.matches()) {
      throw new StorageException.Incompatible(
          String.format(
              "store %s has a marker %s this program cannot read; it reads \"%s %s\"",
              folder, MARKER, kind, versions(oldest, version)));
    }
    int found = Integer.parseInt(parts.group(2));
    if (!parts.group(1).equals(kind) || found < oldest || found > version) {
      throw new StorageException.Incompatible(
          String.format(
              "store %s has format \"%s\", this program reads \"%s %s\"",
              folder, content.strip(), kind, versions(oldest, version)));
    }
    return found;
  }

  private static String versions(int oldest, int newest) {
    return oldest == newest ? Integer.toString(newest) : oldest + " to " + newest;
  }
}
