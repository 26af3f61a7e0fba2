package dev.varve.storage.disk.sql;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.varve.storage.StorageException;
import dev.varve.storage.disk.ChainFloor;
import java.sql.Connection;
import java.sql.SQLException;

/** Reads the lowest height of which chain records are kept. */
final class ChainFloors {
  private ChainFloors() {}

  /** 0 while nothing was ever dropped. */
  static long read(Connection connection) throws SQLException {
    try {
      return Names.find(connection, ChainFloor.NAME, new Shards())
          .map(value -> Long.parseLong(value.toString(US_ASCII)))
          .orElse(0L);
    } catch (NumberFormatException e) {
      throw new StorageException.Corruption(
          "the value of " + ChainFloor.NAME + " is not a height", e);
    }
  }
}
