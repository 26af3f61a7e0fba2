package dev.varve.storage.disk.leveldb;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.varve.storage.StorageException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.iq80.leveldb.impl.VersionEdit;
import org.iq80.leveldb.util.Slice;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * LevelDB's files, checked and mended while no LevelDB has them open.
 *
 * <p>A tail torn off in MANIFEST or a log belongs to a write that was never answered: it is cut. A
 * log that is damaged otherwise is cut in front of the damage, and later logs go, so that what is
 * left is whole blocks up to some height. MANIFEST and tables have no such remedy.
 */
final class DatabaseFolder {
  private static final Logger LOG = LoggerFactory.getLogger(DatabaseFolder.class);
  private static final String CURRENT = "CURRENT";
  private static final String LOCK = "LOCK";
  private static final Pattern MANIFEST_NAME = Pattern.compile("MANIFEST-[0-9]{6,18}\\n");

  private final Path folder;
  // Tables that were found whole, as name and length; they never change.
  private final Set<String> checked = new HashSet<>();

  DatabaseFolder(Path folder) {
    this.folder = folder;
  }

  /** The same files in another folder, none of which is checked a second time. */
  DatabaseFolder movedTo(Path other) {
    DatabaseFolder moved = new DatabaseFolder(other);
    moved.checked.addAll(checked);
    return moved;
  }

  /**
   * Prepares the folder for opening.
   *
   * @throws StorageException.Corruption when MANIFEST or a table is damaged or missing
   */
  void mend() throws IOException {
    // A failed opening keeps it locked until the process ends; the store has a lock of its own.
    Files.deleteIfExists(folder.resolve(LOCK));
    DatabaseFiles found = inspect();
    found.requireReadable();
    for (LogFile file : found.cut()) {
      LOG.warn(
          "file {} is cut from {} to {} bytes: it ends with {}",
          file.path(),
          file.bytes(),
          file.wholeBytes(),
          file.damage() == null ? "half a record" : file.damage());
      file.cut();
    }
    for (Path log : found.dropped()) {
      LOG.warn("log {} follows one that was cut and is dropped", log);
      Files.delete(log);
    }
  }

  /** What is there, and what is wrong with it; changes nothing. */
  DatabaseFiles inspect() throws IOException {
    List<LogFile> logs = new ArrayList<>();
    List<Path> dropped = new ArrayList<>();
    List<Path> tables = new ArrayList<>();
    List<StorageException.Corruption> unreadable = new ArrayList<>();
    Manifest manifest;
    try {
      manifest = manifest(logs);
    } catch (StorageException.Corruption e) {
      // Which of the other files count, only MANIFEST tells.
      return new DatabaseFiles(logs, dropped, tables, List.of(e));
    }
    addLogs(manifest.firstLog, logs, dropped);
    Set<String> live = new HashSet<>();
    for (long number : manifest.tables) {
      Path table = folder.resolve(String.format(Locale.ROOT, "%06d.sst", number));
      tables.add(table);
      try {
        live.add(check(table));
      } catch (StorageException.Corruption e) {
        unreadable.add(e);
      }
    }
    checked.retainAll(live);
    return new DatabaseFiles(logs, dropped, tables, unreadable);
  }

  private String check(Path table) throws IOException {
    try {
      String name = table.getFileName() + " " + Files.size(table);
      if (!checked.contains(name)) {
        TableFile.check(table);
        checked.add(name);
      }
      return name;
    } catch (NoSuchFileException e) {
      throw new StorageException.Corruption("table " + table + " is missing", table, 0, e);
    }
  }

  private Manifest manifest(List<LogFile> files) throws IOException {
    Path current = folder.resolve(CURRENT);
    if (Files.notExists(current)) {
      requireNew();
      return new Manifest();
    }
    Path path = manifestPath(current);
    Manifest manifest = new Manifest();
    LogFile file;
    try {
      file = LogFile.read(path, manifest::add);
    } catch (NoSuchFileException e) {
      throw new StorageException.Corruption("file " + path + " is missing", path, 0, e);
    }
    if (file.damage() != null || file.wholeBytes() == 0) {
      String damage = file.damage() == null ? "no whole record" : file.damage();
      throw new StorageException.Corruption(
          "file " + path + " has " + damage, path, file.wholeBytes(), null);
    }
    files.add(file);
    return manifest;
  }

  private Path manifestPath(Path current) throws IOException {
    String name = new String(Files.readAllBytes(current), ISO_8859_1);
    if (!MANIFEST_NAME.matcher(name).matches()) {
      throw new StorageException.Corruption(
          "file " + current + " does not name a manifest", current, 0, null);
    }
    return folder.resolve(name.strip());
  }

  // Without CURRENT LevelDB would begin anew beside its old tables.
  private void requireNew() throws IOException {
    try (DirectoryStream<Path> tables = Files.newDirectoryStream(folder, "*.sst")) {
      if (tables.iterator().hasNext()) {
        throw new StorageException.Corruption(
            "store " + folder + " has tables, and no file " + CURRENT,
            folder.resolve(CURRENT),
            0,
            null);
      }
    }
  }

  // Logs below the first are done with, and deleted when LevelDB opens.
  private void addLogs(long firstLog, List<LogFile> logs, List<Path> dropped) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.log")) {
      for (Path file : files) {
        if (number(file) >= firstLog) {
          found.add(file);
        }
      }
    }
    found.sort(Comparator.comparingLong(DatabaseFolder::number));
    boolean cut = false;
    for (Path log : found) {
      if (cut) {
        dropped.add(log);
        continue;
      }
      LogFile file = LogFile.read(log, record -> {});
      cut = !file.isWhole();
      logs.add(file);
    }
  }

  static long number(Path log) {
    String name = log.getFileName().toString();
    return Long.parseLong(name.substring(0, name.indexOf('.')));
  }

  /** What MANIFEST says so far. */
  private static final class Manifest {
    private final Set<Long> tables = new TreeSet<>();
    private long firstLog;

    void add(byte[] record) {
      VersionEdit edit = new VersionEdit(new Slice(record));
      tables.removeAll(edit.getDeletedFiles().values());
      edit.getNewFiles().values().forEach(added -> tables.add(added.getNumber()));
      firstLog = edit.getLogNumber() == null ? firstLog : edit.getLogNumber();
    }
  }
}
