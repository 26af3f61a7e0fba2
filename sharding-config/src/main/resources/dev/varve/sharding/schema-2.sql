-- Schema version 2: what is new since version 1, beside an index on {heights}. Never to be changed:
-- the next version is a file of its own.

CREATE TABLE IF NOT EXISTS {headers} (
  height BIGINT NOT NULL,
  version_block BIGINT UNSIGNED NOT NULL,
  version_app BIGINT UNSIGNED NOT NULL,
  chain_id VARCHAR(255) NOT NULL,
  time DATETIME(6),
  time_seconds BIGINT,
  time_nanos INT,
  last_block_hash VARBINARY(64),
  last_parts_total INT UNSIGNED,
  last_parts_hash VARBINARY(64),
  last_commit_hash VARBINARY(64),
  data_hash VARBINARY(64),
  validators_hash VARBINARY(64),
  next_validators_hash VARBINARY(64),
  consensus_hash VARBINARY(64),
  app_hash VARBINARY(64),
  last_results_hash VARBINARY(64),
  evidence_hash VARBINARY(64),
  proposer_address VARBINARY(64),
  block_hash VARBINARY(64),
  parts_total INT UNSIGNED,
  parts_hash VARBINARY(64),
  commit_round INT NOT NULL,
  signatures LONGBLOB,
  crc INT UNSIGNED NOT NULL,
  PRIMARY KEY (height),
  KEY time (time)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
