package dev.varve.sharding;

import dev.varve.sharding.ClusterConfig.Source;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationVersion;

/** Brings the database of one primary to the current schema, or refuses it. */
final class Schema {
  static final int VERSION = 2;
  static final String HISTORY_TABLE = "varve_schema_history";
  static final String LAYOUT_TABLE = "varve_layout";
  static final int UPLINK_VERSION = 1;
  static final String UPLINK_HISTORY_TABLE = "varve_uplink_schema_history";

  private static final int UNKNOWN_DATABASE = 1049;
  private static final int NO_SUCH_TABLE = 1146;

  private final ClusterNode primary;
  private final Source source;
  private final Layout layout;
  private final DataSource dataSource;

  Schema(ClusterNode primary, Layout layout) {
    this.primary = primary;
    this.source = primary.source();
    this.layout = layout;
    this.dataSource = primary.schemaSource();
  }

  private String place() {
    return "database " + source.database() + " at " + source.address();
  }

  /**
   * Makes what is missing; repeatable.
   *
   * @throws SchemaException another layout, a later version, or a privilege that is missing
   * @throws SQLException the database does not answer
   */
  void migrate() throws SQLException {
    migrate(flyway(), VERSION);
  }

  /**
   * Makes what is missing of the uplink's tables, which have versions of their own, and of no
   * others; repeatable. Errors as of {@link #migrate()}.
   */
  void migrateUplink() throws SQLException {
    migrate(uplinkFlyway(), UPLINK_VERSION);
  }

  private void migrate(Flyway flyway, int version) throws SQLException {
    try {
      createDatabase();
      try (Connection connection = dataSource.getConnection()) {
        refuseReadOnly(connection);
      }
      refuseNewer(flyway, version);
      try (Connection connection = dataSource.getConnection()) {
        checkLayout(connection);
      }
      // What failed half-way is repeated: all statements are harmless a second time.
      if (hasFailed(flyway)) {
        flyway.repair();
      }
      flyway.migrate();
    } catch (FlywayException e) {
      throw translate(e);
    } catch (SQLException e) {
      throw explained(e);
    }
  }

  private Flyway flyway() {
    return Flyway.configure(Schema.class.getClassLoader())
        .dataSource(dataSource)
        .locations(new String[0])
        .javaMigrations(new Version1(layout), new Version2(layout))
        .table(HISTORY_TABLE)
        .baselineOnMigrate(true)
        .baselineVersion("0")
        .cleanDisabled(true)
        .load();
  }

  private Flyway uplinkFlyway() {
    return Flyway.configure(Schema.class.getClassLoader())
        .dataSource(dataSource)
        .locations(new String[0])
        .javaMigrations(new UplinkVersion1())
        .table(UPLINK_HISTORY_TABLE)
        .baselineOnMigrate(true)
        .baselineVersion("0")
        .cleanDisabled(true)
        .load();
  }

  /** Only where it is not there, as the user may be one that cannot. */
  private void createDatabase() throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      connection.getCatalog();
    } catch (SQLException e) {
      if (e.getErrorCode() != UNKNOWN_DATABASE) {
        throw e;
      }
      primary.creatingSource().getConnection().close();
    }
  }

  /** Some may write even a server that is read-only: a replica that was named as a primary. */
  private void refuseReadOnly(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT @@global.read_only")) {
      if (row.next() && row.getBoolean(1)) {
        throw new SchemaException(
            place()
                + " is read-only: name its primary as writeDataSourceName, or promote it"
                + " (SET GLOBAL read_only = 0)",
            null);
      }
    }
  }

  private void refuseNewer(Flyway flyway, int version) throws SchemaTooNewException {
    MigrationInfo current = flyway.info().current();
    if (current != null
        && current.getVersion() != null
        && current.getVersion().isNewerThan(MigrationVersion.fromVersion("" + version))) {
      throw new SchemaTooNewException(place(), current.getVersion().toString(), version);
    }
  }

  private static boolean hasFailed(Flyway flyway) {
    for (MigrationInfo info : flyway.info().all()) {
      if (info.getState().isFailed()) {
        return true;
      }
    }
    return false;
  }

  /** The layout is written before any table, so that none is ever made for another one. */
  private void checkLayout(Connection connection) throws SQLException {
    String query = "SELECT records, part, parts, shards FROM " + LAYOUT_TABLE + " WHERE one = 1";
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      if (row.next()) {
        compareLayout(row);
        return;
      }
    } catch (SQLException e) {
      if (e.getErrorCode() != NO_SUCH_TABLE) {
        throw e;
      }
    }
    writeLayout(connection);
  }

  private void compareLayout(ResultSet row) throws SQLException {
    boolean same =
        row.getString(1).equals(layout.recordWords())
            && row.getInt(2) == layout.part()
            && row.getInt(3) == layout.parts()
            && row.getInt(4) == layout.shards();
    if (!same) {
      String message =
          "%s was made for %s, part %d of %d, %d shards, but cluster.yaml says %s:"
              + " a layout cannot be changed; copy to a new cluster with varve store copy";
      throw new LayoutException(
          message.formatted(
              place(), row.getString(1), row.getInt(2), row.getInt(3), row.getInt(4), layout));
    }
  }

  private void writeLayout(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE IF NOT EXISTS "
              + LAYOUT_TABLE
              + " (one TINYINT NOT NULL PRIMARY KEY, records VARCHAR(64) NOT NULL,"
              + " part INT NOT NULL, parts INT NOT NULL, shards INT NOT NULL)"
              + " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin");
    }
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO " + LAYOUT_TABLE + " VALUES (1, ?, ?, ?, ?)")) {
      insert.setString(1, layout.recordWords());
      insert.setInt(2, layout.part());
      insert.setInt(3, layout.parts());
      insert.setInt(4, layout.shards());
      insert.executeUpdate();
    }
  }

  private SQLException translate(FlywayException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        return explained(sql);
      }
    }
    return new SchemaException(place() + " cannot be migrated: " + firstLine(e), e);
  }

  /** Names the server and the fault, which the driver leaves to what is behind its message. */
  private SQLException explained(SQLException e) {
    if (e instanceof SchemaException) {
      return e;
    }
    if (isDenied(e)) {
      return denied(e);
    }
    return NodeBreaker.isLost(e)
        ? new SQLTransientConnectionException(place() + ": " + Reasons.words(e), "08001", e)
        : e;
  }

  private SchemaException denied(SQLException e) {
    return new SchemaException(
        "%s: %s; grant the user %s all privileges on %s.*"
            .formatted(place(), firstLine(e), source.username(), source.database()),
        e);
  }

  /** Errors of MySQL and MariaDB about privileges, not about the password. */
  static boolean isDenied(SQLException e) {
    int code = e.getErrorCode();
    return code == 1044 || code == 1142 || code == 1227 || code == 1143 || code == 1370;
  }

  static String firstLine(Throwable e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return message.lines().filter(line -> !line.isBlank()).findFirst().orElse("");
  }
}
