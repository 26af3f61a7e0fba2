package dev.varve.storage.disk.leveldb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.varve.fallback.Damage;
import dev.varve.fallback.io.FileIo;
import dev.varve.storage.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * The file that tells up to which height a store was verified last: the height, decimal, a space,
 * the CRC32C over the height's digits as 8 hexadecimal ones, and a line feed. Up to format 3 the
 * height and the line feed are all there is.
 */
final class VerifiedMark {
  private static final Pattern CONTENT = Pattern.compile("([0-9]{1,18})(?: ([0-9a-f]{8}))?\n");
  // LevelDB ignores files of other names. Writing it forces the names of the files beside it.
  private static final String NAME = "VERIFIED";

  private final Path folder;
  private final FileIo files;
  private final Path file;

  /** {@code folder}: the store's. */
  VerifiedMark(Path folder, FileIo files) {
    this.folder = folder;
    this.files = files;
    this.file = folder.resolve(LevelDbStore.DATABASE_FOLDER).resolve(NAME);
  }

  void write(long height) {
    try {
      String digits = Long.toString(height);
      files.replace(file, (digits + " " + checksum(digits) + "\n").getBytes(US_ASCII));
    } catch (IOException e) {
      throw Errors.of(folder, "writing " + file, e);
    }
  }

  /** What was verified above a height is to be taken back. */
  void lowerTo(long height) {
    if (read() > height) {
      write(height);
    }
  }

  /** The height, 0 where there is no mark. */
  long read() {
    try {
      Optional<byte[]> bytes = files.read(file);
      return bytes.isEmpty() ? 0 : parse(new String(bytes.get(), US_ASCII));
    } catch (IOException e) {
      throw Errors.of(folder, "reading " + file, e);
    }
  }

  private long parse(String content) {
    Matcher parts = CONTENT.matcher(content);
    if (!parts.matches()) {
      throw new StorageException.Corruption("file " + file + " is not a height", file, 0, null);
    }
    String sum = parts.group(2);
    if (sum != null && !sum.equals(checksum(parts.group(1)))) {
      throw new StorageException.Corruption(
          "file " + file + " has a height with a wrong checksum", file, 0, null);
    }
    return Long.parseLong(parts.group(1));
  }

  private static String checksum(String digits) {
    CRC32C crc = new CRC32C();
    crc.update(digits.getBytes(US_ASCII));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  /** A height, or the one of the mark where that is more; a mark that is damaged is told. */
  long orMore(long height, List<Damage> damage) {
    try {
      return Math.max(height, read());
    } catch (StorageException.Corruption e) {
      String what = "not the height that was written; blocks that are missing would not be noticed";
      damage.add(new Damage(file, 0, Damage.Kind.DAMAGED, what));
      return height;
    }
  }

  /** Requires that the store holds what it was verified to hold. */
  void require(long applied) {
    long verified = read();
    if (applied < verified) {
      throw new StorageException.Corruption(
          String.format(
              "store %s held block %d for certain and holds block %d", folder, verified, applied),
          null);
    }
  }
}
