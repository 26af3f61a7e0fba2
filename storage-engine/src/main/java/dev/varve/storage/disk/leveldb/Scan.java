package dev.varve.storage.disk.leveldb;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;
import org.iq80.leveldb.DB;
import org.iq80.leveldb.DBIterator;

/** A walk over keys that can be taken up again where it broke off. */
final class Scan {
  private final Database.EntryVisitor visitor;
  private byte[] from;
  private boolean on = true;
  private RuntimeException ofVisitor;

  Scan(byte[] from, Database.EntryVisitor visitor) {
    this.from = from;
    this.visitor = visitor;
  }

  void run(DB db) {
    try (DBIterator entries = db.iterator()) {
      entries.seek(from);
      while (on && entries.hasNext()) {
        Map.Entry<byte[], byte[]> entry = entries.next();
        // The next key there can be.
        from = Arrays.copyOf(entry.getKey(), entry.getKey().length + 1);
        visit(entry.getKey(), entry.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // Kept apart: what a visitor throws is not a failure of the store.
  private void visit(byte[] key, byte[] value) {
    try {
      on = visitor.visit(key, value);
    } catch (RuntimeException e) {
      on = false;
      ofVisitor = e;
    }
  }

  void throwOfVisitor() {
    if (ofVisitor != null) {
      throw ofVisitor;
    }
  }
}
