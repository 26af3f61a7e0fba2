package dev.varve.sharding;

import dev.varve.sharding.ClusterConfig.Group;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Views with the names and columns of CometBFT's psql event sink, in a database of their own.
 *
 * <p>Not part of the versioned schema: they hold nothing and are made anew at each start.
 */
final class SinkViews {
  private static final Logger log = LoggerFactory.getLogger(SinkViews.class);
  private static final String RESOURCE = "sink.sql";

  private final String database;
  private final Group group;
  private final ClusterNode primary;

  SinkViews(String database, Group group, ClusterNode primary) {
    this.database = database;
    this.group = group;
    this.primary = primary;
  }

  /** Goes on without them when the user lacks a privilege. */
  void create() throws SQLException {
    try (Connection connection = primary.schemaSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE IF NOT EXISTS " + database);
      for (String sql : statements()) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      if (!Schema.isDenied(e)) {
        throw e;
      }
      log.warn(
          "no views of the event sink in {} at {}: {}; grant the user all privileges on {}.*, or"
              + " set sinkDatabase: none",
          database,
          primary.address(),
          Schema.firstLine(e),
          database);
    }
  }

  private List<String> statements() {
    String text;
    try (InputStream in = SinkViews.class.getResourceAsStream(RESOURCE)) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(RESOURCE, e);
    }
    text = text.replace("{sink}", database);
    for (Tables table : Tables.of(Layout.of(group, 0))) {
      text = text.replace("{" + table.logicalName() + "}", rows(table));
    }
    return List.of(text.split(";\\R", -1)).stream().filter(sql -> sql.contains("CREATE")).toList();
  }

  /** All rows of a table: its name, or the union of its actual tables. */
  private String rows(Tables table) {
    String data = primary.source().database();
    List<String> names = table.actualNames(Layout.of(group, 0));
    if (names.size() == 1) {
      return data + "." + names.get(0);
    }
    return names.stream()
        .map(name -> "SELECT * FROM " + data + "." + name)
        .collect(Collectors.joining(" UNION ALL ", "(", ")"));
  }
}
