package dev.varve.storage.violation;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;

/** Breaks the rule on the file seam. */
final class MapsAFile {
  static MappedByteBuffer map(FileChannel file) throws IOException {
    return file.map(FileChannel.MapMode.READ_ONLY, 0, 1);
  }
}
