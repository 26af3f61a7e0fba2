package dev.varve.sharding;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.core.api.migration.JavaMigration;

/**
 * Schema version 1: the tables of {@code schema-1.sql}, made for a layout.
 *
 * <p>Each statement is harmless when repeated, as a database does not undo it when a later one
 * fails.
 */
final class Version1 implements JavaMigration {
  private static final String RESOURCE = "schema-1.sql";

  private final Layout layout;

  Version1(Layout layout) {
    this.layout = layout;
  }

  @Override
  public MigrationVersion getVersion() {
    return MigrationVersion.fromVersion("1");
  }

  @Override
  public String getDescription() {
    return "tables";
  }

  @Override
  public Integer getChecksum() {
    return null;
  }

  @Override
  public boolean canExecuteInTransaction() {
    return false;
  }

  @Override
  public void migrate(Context context) throws IOException, SQLException {
    try (Statement statement = context.getConnection().createStatement()) {
      for (String sql : statements()) {
        statement.execute(sql);
      }
    }
  }

  private List<String> statements() throws IOException {
    String text;
    try (InputStream in = Version1.class.getResourceAsStream(RESOURCE)) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    List<String> statements = new ArrayList<>();
    for (Tables table : Tables.of(layout)) {
      String template = template(text, "{" + table.logicalName() + "}");
      for (String name : table.actualNames(layout)) {
        statements.add(template.replace("{" + table.logicalName() + "}", name));
      }
    }
    return statements;
  }

  private static String template(String text, String placeholder) throws IOException {
    for (String statement : text.split(";\\R", -1)) {
      if (statement.contains(placeholder)) {
        return statement.substring(statement.indexOf("CREATE TABLE"));
      }
    }
    throw new IOException(RESOURCE + " lacks the table " + placeholder);
  }
}
