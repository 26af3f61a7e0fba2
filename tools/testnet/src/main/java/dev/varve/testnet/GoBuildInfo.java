package dev.varve.testnet;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads the module version that the Go linker leaves in an executable (Go 1.18 and newer).
 *
 * <p>A CometBFT executable that was built with {@code go install} prints the version its sources
 * name, which is not always the version they were tagged with: v0.40.0 prints 0.39.0.
 *
 * <p>Layout (Go's package debug/buildinfo): at a multiple of 16 bytes the magic {@code FF " Go
 * buildinf:"}, pointer size, flags; bit 1 of the flags says that two strings follow at offset 32,
 * each as unsigned varint length and bytes: the Go version, then the module list between two marks
 * of 16 bytes. A line {@code mod <path> <version> <sum>}, tab-separated, is the main module.
 */
final class GoBuildInfo {
  private static final byte[] MAGIC = "\u00ff Go buildinf:".getBytes(StandardCharsets.ISO_8859_1);
  private static final int ALIGNMENT = 16;
  private static final int HEADER_BYTES = 32;
  private static final int FLAGS_OFFSET = 15;
  private static final int CHUNK_BYTES = 1 << 20;
  private static final int INFO_LIMIT_BYTES = 1 << 18;

  private GoBuildInfo() {}

  /** The main module's version without its "v", or empty for another kind of executable. */
  static Optional<String> moduleVersion(Path executable) throws IOException {
    try (FileChannel file = FileChannel.open(executable, StandardOpenOption.READ)) {
      byte[] chunk = new byte[CHUNK_BYTES];
      for (long at = 0; at < file.size(); at += CHUNK_BYTES) {
        int length = read(file, at, chunk);
        for (int i = 0; i + ALIGNMENT <= length; i += ALIGNMENT) {
          if (isHeader(chunk, i)) {
            return parse(file, at + i);
          }
        }
      }
      return Optional.empty();
    }
  }

  private static boolean isHeader(byte[] chunk, int at) {
    return Arrays.equals(chunk, at, at + MAGIC.length, MAGIC, 0, MAGIC.length)
        && (chunk[at + FLAGS_OFFSET] & 2) != 0;
  }

  private static Optional<String> parse(FileChannel file, long header) throws IOException {
    byte[] bytes = new byte[INFO_LIMIT_BYTES];
    int length = read(file, header + HEADER_BYTES, bytes);
    ByteBuffer info = ByteBuffer.wrap(bytes, 0, length);
    nextString(info);
    for (String line : nextString(info).split("\n", -1)) {
      String[] fields = line.split("\t", -1);
      if (fields.length >= 3 && fields[0].equals("mod") && fields[2].startsWith("v")) {
        return Optional.of(fields[2].substring(1));
      }
    }
    return Optional.empty();
  }

  private static String nextString(ByteBuffer info) {
    int length = 0;
    int shift = 0;
    byte next;
    do {
      if (!info.hasRemaining() || shift > 21) {
        return "";
      }
      next = info.get();
      length |= (next & 0x7f) << shift;
      shift += 7;
    } while (next < 0);
    byte[] text = new byte[Math.min(length, info.remaining())];
    info.get(text);
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  private static int read(FileChannel file, long at, byte[] into) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(into);
    int count = 0;
    while (count >= 0 && buffer.hasRemaining()) {
      count = file.read(buffer, at + buffer.position());
    }
    return buffer.position();
  }
}
