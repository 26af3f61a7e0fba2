package dev.varve.storage.disk.sql;

import dev.varve.storage.StorageException;
import dev.varve.storage.record.AppliedHeight;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * One group, with what its parts were last known to hold.
 *
 * <p>Threads: reads from any; {@link #load} and the writes under the store's lock.
 */
final class Group {
  private final SqlGroup group;
  private final GroupAccess access;
  private final ReplicaMarkers replicas;
  private volatile List<AppliedHeight> markers = List.of();
  private boolean claimed;

  Group(SqlGroup group, BooleanSupplier closed) {
    this.group = group;
    this.access = new GroupAccess(group, closed);
    this.replicas = new ReplicaMarkers(group, System::nanoTime);
  }

  /** The one group that holds some record types. */
  static Group only(List<Group> groups, Predicate<SqlGroup> holds) {
    List<Group> found = groups.stream().filter(group -> holds.test(group.group)).toList();
    if (found.size() != 1) {
      throw new IllegalArgumentException(
          found.size() + " groups hold the same record types, allowed is 1");
    }
    return found.get(0);
  }

  SqlGroup tables() {
    return group;
  }

  GroupAccess access() {
    return access;
  }

  ReplicaMarkers replicas() {
    return replicas;
  }

  String name() {
    return access.name();
  }

  int parts() {
    return group.parts();
  }

  /** What all parts hold. */
  AppliedHeight marker() {
    return lowest(markers.stream());
  }

  /** The lowest of some markers; the default instance where there is none. */
  static AppliedHeight lowest(Stream<AppliedHeight> markers) {
    return markers
        .min(Comparator.comparingLong(AppliedHeight::getHeight))
        .orElse(AppliedHeight.getDefaultInstance());
  }

  /** What at least one part holds. */
  long highest() {
    return markers.stream().mapToLong(AppliedHeight::getHeight).max().orElse(0);
  }

  /** What every part was last known to hold. */
  List<AppliedHeight> markers() {
    return markers;
  }

  /** Reads the markers of the parts anew, and whose cluster it is. */
  void load(SqlStoreConfig config) {
    long before = highest();
    access.read(
        true,
        connection -> {
          claimed = requireOurs(connection, config);
          markers = Marker.last(connection, parts());
          return null;
        });
    if (highest() < before) {
      replicas.writing(highest());
    } else {
      replicas.loaded(highest());
    }
    replicas.poll(); // before more is written: what a replica shows above it was taken back
  }

  /** All parts hold a run of blocks now. */
  void written(AppliedHeight last) {
    markers = Collections.nCopies(parts(), last);
  }

  /** The lowest block that is there. */
  Optional<Long> firstBlock() {
    return access.read(true, connection -> least(connection, "heights", "height"));
  }

  /** The least value of a column, if there is a row. */
  static Optional<Long> least(Connection connection, String table, String column)
      throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT MIN(" + column + ") FROM " + table);
        ResultSet row = statement.executeQuery()) {
      row.next();
      long value = row.getLong(1);
      return row.wasNull() ? Optional.empty() : Optional.of(value);
    }
  }

  /** Deletes rows whose column has a value from one up to, not including, another. */
  static void deleteRange(Connection connection, String table, String column, long from, long to)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "DELETE FROM " + table + " WHERE " + column + " >= ? AND " + column + " < ?")) {
      statement.setLong(1, from);
      statement.setLong(2, to);
      statement.executeUpdate();
    }
  }

  /** Writes whose cluster it is, if nobody did so far; the chain's name is for people. */
  void claim(SqlStoreConfig config, String chainId) {
    if (claimed) {
      return;
    }
    access.write(
        connection -> {
          try (Upsert rows =
              Upsert.with(connection, "home", "part, home_id, chain_id", "home_id = home_id")) {
            for (int part = 0; part < parts(); part++) {
              rows.put(part).put(config.homeId()).put(chainId).end();
            }
            rows.finish();
          }
          return null;
        });
    access.read(true, connection -> claimed = requireOurs(connection, config));
  }

  /** Whose cluster this is, if anybody's. */
  Optional<String> owner() {
    return access.read(
        true,
        connection -> {
          try (PreparedStatement statement =
                  connection.prepareStatement("SELECT home_id FROM home");
              ResultSet row = statement.executeQuery()) {
            return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
          }
        });
  }

  /** Returns whether all parts are ours; they may be nobody's yet. */
  private boolean requireOurs(Connection connection, SqlStoreConfig config) throws SQLException {
    Set<Integer> ours = new HashSet<>();
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT part, home_id, chain_id FROM home");
        ResultSet row = statement.executeQuery()) {
      while (row.next()) {
        String home = row.getString(2);
        String chain = row.getString(3);
        if (!home.equals(config.homeId())) {
          throw new StorageException.Incompatible(
              String.format(
                  "%s belongs to home %s of chain %s, this is home %s; give each home databases of"
                      + " its own",
                  name(), home, chain, config.homeId()));
        }
        ours.add(row.getInt(1));
      }
    }
    return ours.size() >= parts();
  }
}
