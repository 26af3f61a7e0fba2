package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.NameBefore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/** Rows of {@code meta}, and what is kept of those that were replaced. */
final class Names {
  private static final ByteString ABSENT = ByteString.copyFrom(new byte[] {0});
  private static final ByteString PRESENT = ByteString.copyFrom(new byte[] {1});

  private Names() {}

  static Optional<ByteString> find(Connection connection, String name, Shards shards)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT value, crc FROM meta WHERE shard = ? AND name = ?")) {
      statement.setString(1, shards.ofName(name));
      statement.setString(2, name);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        ByteString value = Marker.bytes(row, 1);
        if ((int) row.getLong(2) != new Checksums().meta(name, value)) {
          throw new StorageException.Corruption(
              "the row of name " + name + " has a wrong checksum", null);
        }
        return Optional.of(value);
      }
    }
  }

  static void write(Connection connection, String name, ByteString value) throws SQLException {
    try (Upsert rows = Upsert.into(connection, "meta", 2, "shard, name, value, crc")) {
      rows.put(new Shards().ofName(name))
          .put(name)
          .put(value)
          .putUnsigned(new Checksums().meta(name, value))
          .end();
      rows.finish();
    }
  }

  /** {@code value}: what the name had until a block, or null. */
  static void keepBefore(Connection connection, String name, long until, ByteString value)
      throws SQLException {
    byte[] key = Shards.nameKey(name);
    ByteString kept = value == null ? ABSENT : PRESENT.concat(value);
    try (Upsert rows = StateChanges.history(connection)) {
      rows.put(new Shards().ofKey(key))
          .put(key)
          .put(0)
          .put(until)
          .put(kept)
          .putUnsigned(new Checksums().interval(key, 0, until, kept))
          .end();
      rows.finish();
    }
  }

  /** What was kept of a name, as embedded stores keep it. */
  static NameBefore before(String name, ByteString kept) {
    NameBefore.Builder before = NameBefore.newBuilder().setName(name);
    return kept.startsWith(PRESENT)
        ? before.setExisted(true).setValue(kept.substring(1)).build()
        : before.build();
  }

  /** What is kept of a name that embedded stores kept. */
  static ByteString kept(NameBefore before) {
    return before.getExisted() ? PRESENT.concat(before.getValue()) : ABSENT;
  }

  /** Sets a name to what was kept of it. */
  static void restore(Connection connection, String name, ByteString kept) throws SQLException {
    if (kept.startsWith(PRESENT)) {
      write(connection, name, kept.substring(1));
      return;
    }
    delete(connection, name);
  }

  static void delete(Connection connection, String name) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("DELETE FROM meta WHERE shard = ? AND name = ?")) {
      statement.setString(1, new Shards().ofName(name));
      statement.setString(2, name);
      statement.executeUpdate();
    }
  }
}
