package dev.varve.storage.disk.leveldb;

import dev.varve.fallback.Damage;
import dev.varve.storage.StorageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The files that make up a LevelDB, as they were found.
 *
 * @param logs MANIFEST, then the logs in their order, up to the first that is not whole
 * @param dropped logs that follow one that is not whole
 * @param tables those that MANIFEST names
 * @param unreadable damage that LevelDB cannot be opened with
 */
record DatabaseFiles(
    List<LogFile> logs,
    List<Path> dropped,
    List<Path> tables,
    List<StorageException.Corruption> unreadable) {

  DatabaseFiles {
    logs = List.copyOf(logs);
    dropped = List.copyOf(dropped);
    tables = List.copyOf(tables);
    unreadable = List.copyOf(unreadable);
  }

  /** MANIFEST and logs whose end an opening cuts off. */
  List<LogFile> cut() {
    return logs.stream().filter(file -> !file.isWhole()).toList();
  }

  /** What an opening would mend by cutting it off or dropping it. */
  List<Damage> damage() {
    List<Damage> damage = new ArrayList<>();
    for (LogFile file : cut()) {
      boolean torn = file.damage() == null;
      damage.add(
          new Damage(
              file.path(),
              file.wholeBytes(),
              torn ? Damage.Kind.TORN_TAIL : Damage.Kind.DAMAGED,
              String.format(
                  "%s; it is to be cut there, from %d bytes",
                  torn ? "half a record" : file.damage(), file.bytes())));
    }
    for (Path log : dropped) {
      String what = "the log follows one that is to be cut, and is to be dropped";
      damage.add(new Damage(log, 0, Damage.Kind.DAMAGED, what));
    }
    return damage;
  }

  /**
   * Requires that LevelDB can be opened, once its logs were cut.
   *
   * @throws StorageException.Corruption the first that is in the way; all else is suppressed in it
   */
  void requireReadable() {
    if (unreadable.isEmpty()) {
      return;
    }
    StorageException.Corruption first = unreadable.get(0);
    unreadable.stream().skip(1).forEach(first::addSuppressed);
    for (Damage one : damage()) {
      if (one.kind() == Damage.Kind.DAMAGED) {
        String text = one.file() + " at byte " + one.offset() + ": " + one.what();
        first.addSuppressed(new StorageException.Corruption(text, one.file(), one.offset(), null));
      }
    }
    throw first;
  }
}
