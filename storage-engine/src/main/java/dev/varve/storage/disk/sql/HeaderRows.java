package dev.varve.storage.disk.sql;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.varve.storage.RecordType;
import dev.varve.storage.StorageException;
import dev.varve.storage.record.BlockCommit;
import dev.varve.storage.record.BlockHeader;
import dev.varve.storage.record.BlockId;
import dev.varve.storage.record.BlockSeal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Rows of {@code headers}, header and commit of a block, and what tells of them elsewhere. */
final class HeaderRows {
  /** In the order in which {@link #read} takes them. */
  static final String COLUMNS =
      "height, version_block, version_app, chain_id, time, time_seconds, time_nanos,"
          + " last_block_hash, last_parts_total, last_parts_hash, last_commit_hash, data_hash,"
          + " validators_hash, next_validators_hash, consensus_hash, app_hash, last_results_hash,"
          + " evidence_hash, proposer_address, block_hash, parts_total, parts_hash, commit_round,"
          + " signatures, crc";

  private static final int CRC_COLUMN = 25;
  private static final String BLOCK = "SELECT " + COLUMNS + " FROM headers WHERE height = ?";
  private static final String LAST =
      "SELECT MAX(height) FROM heights WHERE part = ? AND complete = 1";

  private HeaderRows() {}

  /** The greatest height up to which every part of a group knows blocks to be complete. */
  static long last(Connection connection, int parts) throws SQLException {
    long last = Long.MAX_VALUE;
    try (PreparedStatement statement = connection.prepareStatement(LAST)) {
      for (int part = 0; part < parts; part++) {
        statement.setLong(1, part);
        try (ResultSet row = statement.executeQuery()) {
          last = Math.min(last, row.next() ? row.getLong(1) : 0);
        }
      }
    }
    return last;
  }

  static Optional<BlockSeal> find(Connection connection, long height) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(BLOCK)) {
      statement.setLong(1, height);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        BlockSeal seal = read(row);
        if (new Checksums().seal(height, seal) != crc(row)) {
          throw ChainReader.damaged(RecordType.SEAL, height, 0);
        }
        return Optional.of(seal);
      }
    }
  }

  static int crc(ResultSet row) throws SQLException {
    return (int) row.getLong(CRC_COLUMN);
  }

  /**
   * What a row says, whether its checksum is right or not.
   *
   * @throws StorageException.Corruption when it cannot be read
   */
  static BlockSeal read(ResultSet row) throws SQLException {
    BlockHeader.Builder header =
        BlockHeader.newBuilder()
            .setHeight(row.getLong(1))
            .setVersionBlock(row.getLong(2))
            .setVersionApp(row.getLong(3))
            .setChainId(row.getString(4))
            .setLastCommitHash(Marker.bytes(row, 11))
            .setDataHash(Marker.bytes(row, 12))
            .setValidatorsHash(Marker.bytes(row, 13))
            .setNextValidatorsHash(Marker.bytes(row, 14))
            .setConsensusHash(Marker.bytes(row, 15))
            .setAppHash(Marker.bytes(row, 16))
            .setLastResultsHash(Marker.bytes(row, 17))
            .setEvidenceHash(Marker.bytes(row, 18))
            .setProposerAddress(Marker.bytes(row, 19));
    Marker.time(row, 6).ifPresent(header::setTime);
    blockId(row, 8).ifPresent(header::setLastBlockId);
    BlockCommit.Builder commit =
        signatures(row).toBuilder().setHeight(row.getLong(1)).setRound((int) row.getLong(23));
    blockId(row, 20).ifPresent(commit::setBlockId);
    return BlockSeal.newBuilder().setHeader(header).setCommit(commit).build();
  }

  private static Optional<BlockId> blockId(ResultSet row, int column) throws SQLException {
    byte[] hash = row.getBytes(column);
    return hash == null
        ? Optional.empty()
        : Optional.of(
            BlockId.newBuilder()
                .setHash(ByteString.copyFrom(hash))
                .setPartsTotal((int) row.getLong(column + 1))
                .setPartsHash(Marker.bytes(row, column + 2))
                .build());
  }

  private static BlockCommit signatures(ResultSet row) throws SQLException {
    byte[] signatures = row.getBytes(24);
    try {
      return signatures == null
          ? BlockCommit.getDefaultInstance()
          : BlockCommit.parseFrom(signatures);
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException.Corruption(
          "the row of block " + row.getLong(1) + " in headers does not parse: " + e.getMessage(),
          e);
    }
  }

  /**
   * Writes rows over those that are there, on the primaries of the chain's group, and has {@code
   * blocks} tell of them.
   *
   * @return the first height that has no row in {@code blocks}, if there is one
   */
  static OptionalLong write(Connection connection, List<BlockSeal> seals) throws SQLException {
    Checksums checksums = new Checksums();
    try (Upsert rows = Upsert.into(connection, "headers", 1, COLUMNS)) {
      for (BlockSeal seal : seals) {
        write(rows, seal, checksums);
      }
      rows.finish();
    }
    OptionalLong missing = OptionalLong.empty();
    try (PreparedStatement statement =
        connection.prepareStatement("UPDATE blocks SET complete = 1 WHERE height = ?")) {
      for (BlockSeal seal : seals) {
        statement.setLong(1, seal.getHeader().getHeight());
        if (statement.executeUpdate() == 0 && missing.isEmpty()) {
          missing = OptionalLong.of(seal.getHeader().getHeight());
        }
      }
    }
    return missing;
  }

  private static void write(Upsert rows, BlockSeal seal, Checksums checksums) throws SQLException {
    BlockHeader header = seal.getHeader();
    BlockCommit commit = seal.getCommit();
    rows.put(header.getHeight())
        .put(header.getVersionBlock())
        .put(header.getVersionApp())
        .put(header.getChainId());
    Marker.putTime(rows, header.hasTime() ? header.getTime() : null);
    put(rows, header.hasLastBlockId() ? header.getLastBlockId() : null);
    rows.put(header.getLastCommitHash())
        .put(header.getDataHash())
        .put(header.getValidatorsHash())
        .put(header.getNextValidatorsHash())
        .put(header.getConsensusHash())
        .put(header.getAppHash())
        .put(header.getLastResultsHash())
        .put(header.getEvidenceHash())
        .put(header.getProposerAddress());
    put(rows, commit.hasBlockId() ? commit.getBlockId() : null);
    BlockCommit signatures =
        BlockCommit.newBuilder().addAllSignatures(commit.getSignaturesList()).build();
    rows.put(commit.getRound())
        .put(signatures.toByteString())
        .putUnsigned(checksums.seal(header.getHeight(), seal))
        .end();
  }

  private static void put(Upsert rows, BlockId id) throws SQLException {
    if (id == null) {
      rows.put((ByteString) null).put((Long) null).put((ByteString) null);
      return;
    }
    rows.put(id.getHash()).putUnsigned(id.getPartsTotal()).put(id.getPartsHash());
  }

  /** Has {@code heights} of a group tell that blocks are complete. */
  static void mark(Connection connection, int parts, List<BlockSeal> seals) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "UPDATE heights SET complete = 1 WHERE part = ? AND height = ?")) {
      for (BlockSeal seal : seals) {
        for (int part = 0; part < parts; part++) {
          statement.setLong(1, part);
          statement.setLong(2, seal.getHeader().getHeight());
          statement.executeUpdate();
        }
      }
    }
  }
}
