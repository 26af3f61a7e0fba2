-- Version 1 of the uplink gateway's tables. Never to be changed: the next version is a file of its
-- own. Times named _ms are milliseconds since 1970, lease_until and written are UTC by the
-- server's clock.

CREATE TABLE IF NOT EXISTS uplink_state (
  one TINYINT NOT NULL,
  chain_id VARCHAR(255) NOT NULL,
  next_number INT UNSIGNED NOT NULL,
  PRIMARY KEY (one)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS uplink_gateways (
  number INT UNSIGNED NOT NULL,
  home_id VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  session VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  taken_by INT UNSIGNED,
  renewals BIGINT NOT NULL,
  lease_ms BIGINT NOT NULL,
  lease_until DATETIME(6) NOT NULL,
  last_id BIGINT NOT NULL,
  followed BIGINT NOT NULL,
  net_bytes BIGINT NOT NULL,
  feed_seq BIGINT NOT NULL,
  feed_floor BIGINT NOT NULL,
  PRIMARY KEY (number),
  KEY home_id (home_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS uplink_tasks (
  id BIGINT NOT NULL,
  gateway INT UNSIGNED NOT NULL,
  state VARCHAR(9) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  hash BINARY(32) NOT NULL,
  tx LONGBLOB,
  ordered TINYINT(1) NOT NULL,
  idempotency_key MEDIUMTEXT NOT NULL,
  accepted_ms BIGINT NOT NULL,
  reason LONGTEXT,
  attempts INT,
  failed_ms BIGINT,
  height BIGINT,
  tx_index INT UNSIGNED,
  code INT UNSIGNED,
  committed_ms BIGINT,
  bytes BIGINT NOT NULL,
  crc INT UNSIGNED NOT NULL,
  end_crc INT UNSIGNED,
  PRIMARY KEY (id),
  KEY gateway (gateway, state),
  KEY state (state, committed_ms),
  KEY hash (hash),
  KEY idempotency_key (idempotency_key(64))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS uplink_feed (
  gateway INT UNSIGNED NOT NULL,
  seq BIGINT NOT NULL,
  id BIGINT NOT NULL,
  kind VARCHAR(9) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  hash BINARY(32),
  height BIGINT,
  tx_index INT UNSIGNED,
  code INT UNSIGNED,
  committed_ms BIGINT,
  written DATETIME(6) NOT NULL,
  PRIMARY KEY (gateway, seq)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS uplink_readers (
  reader INT UNSIGNED NOT NULL,
  gateway INT UNSIGNED NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (reader, gateway)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
