package dev.varve.sharding;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.core.api.migration.JavaMigration;

/**
 * The step to a schema version: its tables, of {@code schema-VERSION.sql}, made for a layout.
 *
 * <p>Each statement is harmless when repeated, as a database does not undo it when a later one
 * fails.
 */
abstract sealed class SchemaStep implements JavaMigration permits Version1, Version2 {
  private final int version;
  private final Layout layout;

  SchemaStep(int version, Layout layout) {
    this.version = version;
    this.layout = layout;
  }

  Layout layout() {
    return layout;
  }

  @Override
  public final MigrationVersion getVersion() {
    return MigrationVersion.fromVersion(Integer.toString(version));
  }

  @Override
  public final Integer getChecksum() {
    return null;
  }

  @Override
  public final boolean canExecuteInTransaction() {
    return false;
  }

  @Override
  public final void migrate(Context context) throws IOException, SQLException {
    try (Statement statement = context.getConnection().createStatement()) {
      for (String sql : statements()) {
        statement.execute(sql);
      }
    }
    alter(context.getConnection());
  }

  /** Changes tables of earlier versions. */
  abstract void alter(Connection connection) throws SQLException;

  private List<String> statements() throws IOException {
    String resource = "schema-" + version + ".sql";
    String text;
    try (InputStream in = SchemaStep.class.getResourceAsStream(resource)) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    List<String> statements = new ArrayList<>();
    for (Tables table : Tables.of(layout)) {
      if (table.since() == version) {
        String placeholder = "{" + table.logicalName() + "}";
        String template = template(text, placeholder, resource);
        for (String name : table.actualNames(layout)) {
          statements.add(template.replace(placeholder, name));
        }
      }
    }
    return statements;
  }

  private static String template(String text, String placeholder, String resource)
      throws IOException {
    for (String statement : text.split(";\\R", -1)) {
      if (statement.contains("EXISTS " + placeholder)) {
        return statement.substring(statement.indexOf("CREATE TABLE"));
      }
    }
    throw new IOException(resource + " lacks the table " + placeholder);
  }
}
