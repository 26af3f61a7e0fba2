package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import dev.varve.storage.DiskStore;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.StateRecord;
import dev.varve.storage.record.TxLocation;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Reads what changes: state, locations, names; and commitments. Threads: any. */
final class StateReader {
  private static final int PAGE_ROWS = 2000;
  private static final String LOCATION =
      "SELECT height, tx_index, success, crc FROM locations WHERE shard = ? AND hash = ?";
  private static final String STATE =
      "SELECT height, value, crc FROM state WHERE shard = ? AND state_key = ?";
  private static final String INTERVAL =
      "SELECT from_height, until_height, value, crc FROM state_history"
          + " WHERE shard = ? AND state_key = ? AND until_height > ?"
          + " ORDER BY until_height LIMIT 1";
  private static final String COMMITMENTS =
      "SELECT height, delta, crc FROM commitments WHERE height >= ? AND height <= ?"
          + " ORDER BY height LIMIT "
          + PAGE_ROWS;

  private final Route chain;
  private final Route execution;
  private final StoreState state;
  private final String scan;

  /** {@code isSharded}: whether the state is spread over several tables. */
  StateReader(Route chain, Route execution, StoreState state, boolean isSharded) {
    this.chain = chain;
    this.execution = execution;
    this.state = state;
    // A router can merge texts, but not bytes.
    String order = isSharded ? "state_key_hex" : "state_key";
    this.scan =
        "SELECT state_key, height, value, crc"
            + (isSharded ? ", HEX(state_key) AS state_key_hex" : "")
            + " FROM state WHERE state_key >= ? AND state_key < ? ORDER BY "
            + order
            + " LIMIT "
            + PAGE_ROWS;
  }

  /** See {@link DiskStore#locate}. */
  Optional<TxLocation> locate(ByteString hash) {
    // What leads below the floor was dropped, or will be.
    return chain
        .moving(connection -> locate(connection, hash))
        .filter(location -> location.getHeight() >= state.chainFloor());
  }

  private static Optional<TxLocation> locate(Connection connection, ByteString hash)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LOCATION)) {
      statement.setString(1, Shards.ofHash(hash));
      statement.setBytes(2, hash.toByteArray());
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        TxLocation location =
            TxLocation.newBuilder()
                .setHeight(row.getLong(1))
                .setIndex((int) row.getLong(2))
                .setSuccess(row.getLong(3) != 0)
                .build();
        if (new Checksums().location(hash, location) != (int) row.getLong(4)) {
          throw new StorageException.Corruption(
              "location of transaction " + hex(hash) + " has a wrong checksum", null);
        }
        return Optional.of(location);
      }
    }
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  /** See {@link DiskStore#state}. */
  Optional<StateRecord> state(ByteString key) {
    return execution.moving(connection -> find(connection, key));
  }

  private static Optional<StateRecord> find(Connection connection, ByteString key)
      throws SQLException {
    byte[] bytes = key.toByteArray();
    try (PreparedStatement statement = connection.prepareStatement(STATE)) {
      statement.setString(1, new Shards().ofKey(bytes));
      statement.setBytes(2, bytes);
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(record(key, row.getLong(1), Marker.bytes(row, 2), row.getLong(3)))
            : Optional.empty();
      }
    }
  }

  private static StateRecord record(ByteString key, long height, ByteString bytes, long crc) {
    if (new Checksums().state(key.toByteArray(), height, bytes) != (int) crc) {
      throw new StorageException.Corruption(
          "state row of key " + hex(key) + " has a wrong checksum", null);
    }
    return StateRecord.newBuilder().setHeight(height).setValue(bytes).build();
  }

  /** See {@link DiskStore#stateAt}. */
  Optional<StateRecord> stateAt(ByteString key, long height) {
    state.requireHistory(height);
    Optional<StateRecord> found =
        execution.moving(
            connection -> {
              // In this order: what goes from state between the two is in the history then.
              Optional<StateRecord> now = find(connection, key);
              return now.isPresent() && now.get().getHeight() <= height
                  ? now
                  : interval(connection, key, height);
            });
    // Had anything been dropped meanwhile, it would not have been missed.
    state.requireHistoryStill(height);
    return found;
  }

  private static Optional<StateRecord> interval(Connection connection, ByteString key, long height)
      throws SQLException {
    byte[] bytes = key.toByteArray();
    try (PreparedStatement statement = connection.prepareStatement(INTERVAL)) {
      statement.setString(1, new Shards().ofKey(bytes));
      statement.setBytes(2, bytes);
      statement.setLong(3, height);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        StateRecord record = StateRows.interval(row, bytes, row.getLong("until_height"));
        return record.getHeight() <= height ? Optional.of(record) : Optional.empty();
      }
    }
  }

  Optional<ByteString> meta(String name) {
    return execution.moving(connection -> Names.find(connection, name, new Shards()));
  }

  private record Entry(ByteString key, StateRecord state) {}

  /** See {@link DiskStore#scanState}. */
  void scanState(ByteString from, ByteString to, DiskStore.StateVisitor visitor) {
    ByteString next = from;
    while (true) {
      ByteString start = next;
      List<Entry> page = execution.moving(connection -> page(connection, start, to));
      for (Entry entry : page) {
        if (!visitor.visit(entry.key(), entry.state())) {
          return;
        }
      }
      if (page.size() < PAGE_ROWS) {
        return;
      }
      next = page.get(page.size() - 1).key().concat(ByteString.copyFrom(new byte[1]));
    }
  }

  private List<Entry> page(Connection connection, ByteString from, ByteString to)
      throws SQLException {
    List<Entry> page = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(scan)) {
      statement.setBytes(1, from.toByteArray());
      statement.setBytes(2, to.toByteArray());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          ByteString key = Marker.bytes(row, 1);
          page.add(
              new Entry(key, record(key, row.getLong(2), Marker.bytes(row, 3), row.getLong(4))));
        }
      }
    }
    return page;
  }

  private record Delta(long height, ByteString bytes) {}

  /** See {@link DiskStore#scanCommitments}. */
  void scanCommitments(DiskStore.CommitmentVisitor visitor) {
    long last = state.height();
    long next =
        execution.moving(connection -> HistoryRows.commitmentFloor(connection, last).orElse(0L));
    while (true) {
      long from = next;
      List<Delta> page = execution.moving(connection -> deltas(connection, from, last));
      page.forEach(delta -> visitor.visit(delta.height(), delta.bytes()));
      if (page.size() < PAGE_ROWS) {
        return;
      }
      next = page.get(page.size() - 1).height() + 1;
    }
  }

  private static List<Delta> deltas(Connection connection, long from, long last)
      throws SQLException {
    Checksums checksums = new Checksums();
    List<Delta> page = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(COMMITMENTS)) {
      statement.setLong(1, from);
      statement.setLong(2, last);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          long height = row.getLong(1);
          ByteString bytes = Marker.bytes(row, 2);
          if (checksums.commitment(height, bytes) != (int) row.getLong(3)) {
            throw new StorageException.Corruption(
                "commitment of block " + height + " has a wrong checksum", null);
          }
          page.add(new Delta(height, bytes));
        }
      }
    }
    return page;
  }
}
