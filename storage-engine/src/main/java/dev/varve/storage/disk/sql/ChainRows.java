package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import dev.varve.storage.BlockBatch;
import dev.varve.storage.record.BlockRecord;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Writes blocks, transactions and locations of a run. Threads: one at a time. */
final class ChainRows {
  private static final String BLOCK =
      "height, hash, time, time_seconds, time_nanos, proposer_address, next_validators_hash,"
          + " tx_count, app_hash, last_commit, misbehavior, complete, crc";
  // Assignments go from left to right: success, which the others ask, comes last.
  private static final String LAST_SUCCESS =
      "height = IF(success > VALUES(success), height, VALUES(height)),"
          + " tx_index = IF(success > VALUES(success), tx_index, VALUES(tx_index)),"
          + " crc = IF(success > VALUES(success), crc, VALUES(crc)),"
          + " success = GREATEST(success, VALUES(success))";

  private ChainRows() {}

  static void write(Connection connection, List<BlockRows> run) throws SQLException {
    locations(connection, run);
    writeBlocks(connection, run);
  }

  /** All but where transactions are found. */
  static void writeBlocks(Connection connection, List<BlockRows> run) throws SQLException {
    transactions(connection, run);
    try (Upsert rows = Upsert.into(connection, "blocks", 1, BLOCK)) {
      for (BlockRows block : run) {
        block(rows, block);
      }
      rows.finish();
    }
  }

  private static void block(Upsert rows, BlockRows written) throws SQLException {
    BlockRecord block = written.batch().block();
    rows.put(block.getHeight()).put(block.getHash());
    Marker.putTime(rows, block.hasTime() ? block.getTime() : null);
    ByteString misbehavior =
        BlockRecord.newBuilder()
            .addAllMisbehavior(block.getMisbehaviorList())
            .build()
            .toByteString();
    rows.put(block.getProposerAddress())
        .put(block.getNextValidatorsHash())
        .putUnsigned(block.getTxCount())
        .put(block.getAppHash())
        .put(block.hasLastCommit() ? block.getLastCommit().toByteString() : null)
        .put(misbehavior.isEmpty() ? null : misbehavior)
        .put(block.getComplete())
        .putUnsigned(written.blockCrc())
        .end();
  }

  private static void transactions(Connection connection, List<BlockRows> run) throws SQLException {
    try (Upsert rows =
        Upsert.into(connection, "transactions", 2, "height, tx_index, hash, tx, crc")) {
      for (BlockRows block : run) {
        BlockBatch batch = block.batch();
        for (int i = 0; i < batch.txs().size(); i++) {
          rows.put(batch.height())
              .put(i)
              .put(batch.txHashes().get(i))
              .put(batch.txs().get(i))
              .putUnsigned(block.txCrc(i))
              .end();
        }
      }
      rows.finish();
    }
  }

  private static void locations(Connection connection, List<BlockRows> run) throws SQLException {
    Checksums checksums = new Checksums();
    try (Upsert rows =
        Upsert.with(
            connection, "locations", "shard, hash, height, tx_index, success, crc", LAST_SUCCESS)) {
      for (Place place : sorted(run)) {
        rows.put(Shards.ofHash(place.hash()))
            .put(place.hash())
            .put(place.height())
            .put(place.index())
            .put(place.success())
            .putUnsigned(
                checksums.location(place.hash(), place.height(), place.index(), place.success()))
            .end();
      }
      rows.finish();
    }
  }

  private record Place(ByteString hash, long height, int index, boolean success) {}

  /** By hash, as neighbours in the index go in together; those of one hash as they came. */
  private static List<Place> sorted(List<BlockRows> run) {
    List<Place> places = new ArrayList<>();
    for (BlockRows block : run) {
      BlockBatch batch = block.batch();
      for (int i = 0; i < batch.txs().size(); i++) {
        boolean success = batch.results().get(i).getCode() == 0;
        places.add(new Place(batch.txHashes().get(i), batch.height(), i, success));
      }
    }
    places.sort(Comparator.comparing(Place::hash, ByteString.unsignedLexicographicalComparator()));
    return places;
  }
}
