package dev.varve.storage.disk.leveldb;

import dev.varve.fallback.io.FileTrees;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A LevelDB's files where it can be opened without a change to them: LevelDB turns logs into tables
 * and deletes what it does not need, even for a reader.
 *
 * <p>It lies in the folder for temporary files. Tables, which never change, are links; MANIFEST and
 * logs are copied up to the end of what is whole in them.
 */
final class FolderCopy implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FolderCopy.class);
  private static final String CURRENT = "CURRENT";

  private final Path folder;

  private FolderCopy(Path folder) {
    this.folder = folder;
  }

  /** A copy of the files of a folder. */
  static FolderCopy of(Path source, DatabaseFiles files) throws IOException {
    FolderCopy copy = new FolderCopy(Files.createTempDirectory("varve-leveldb-"));
    try {
      if (Files.exists(source.resolve(CURRENT))) {
        Files.copy(source.resolve(CURRENT), copy.folder.resolve(CURRENT));
      }
      for (LogFile file : files.logs()) {
        copy.add(file);
      }
      for (Path table : files.tables()) {
        copy.link(table.toAbsolutePath());
      }
      return copy;
    } catch (IOException | RuntimeException e) {
      copy.close();
      throw e;
    }
  }

  Path folder() {
    return folder;
  }

  private void add(LogFile file) throws IOException {
    try (InputStream in = Files.newInputStream(file.path());
        OutputStream out = Files.newOutputStream(folder.resolve(file.path().getFileName()))) {
      byte[] whole = in.readNBytes(Math.toIntExact(file.wholeBytes()));
      out.write(whole);
    }
  }

  private void link(Path table) throws IOException {
    Path link = folder.resolve(table.getFileName());
    try {
      Files.createSymbolicLink(link, table);
    } catch (UnsupportedOperationException e) {
      LOG.debug("no links in {}: {}", folder, e.toString());
      Files.copy(table, link);
    }
  }

  @Override
  public void close() {
    try {
      FileTrees.delete(folder);
    } catch (IOException e) {
      LOG.warn("{} cannot be removed, nobody needs it any more: {}", folder, e.toString());
    }
  }
}
