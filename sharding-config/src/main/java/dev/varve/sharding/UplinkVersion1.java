package dev.varve.sharding;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.core.api.migration.JavaMigration;

/**
 * Version 1 of the uplink's tables: {@code schema-uplink-1.sql}. Each statement is harmless when
 * repeated.
 */
final class UplinkVersion1 implements JavaMigration {
  private static final String RESOURCE = "schema-uplink-1.sql";
  private static final String FIRST_WORD = "CREATE TABLE";

  @Override
  public MigrationVersion getVersion() {
    return MigrationVersion.fromVersion("1");
  }

  @Override
  public String getDescription() {
    return "uplink";
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
    String text;
    try (InputStream in = UplinkVersion1.class.getResourceAsStream(RESOURCE)) {
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    try (Statement statement = context.getConnection().createStatement()) {
      for (String sql : text.split(";\\R", -1)) {
        if (sql.contains(FIRST_WORD)) {
          statement.execute(sql.substring(sql.indexOf(FIRST_WORD)));
        }
      }
    }
  }
}
