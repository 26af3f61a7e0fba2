-- Schema version 1. A name in braces stands for each actual table of a primary; those that are not
-- in its group are left out. Never to be changed: the next version is a file of its own.

CREATE TABLE IF NOT EXISTS {home} (
  part INT NOT NULL,
  home_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  chain_id VARCHAR(255) NOT NULL,
  PRIMARY KEY (part)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS {heights} (
  part INT NOT NULL,
  height BIGINT NOT NULL,
  hash VARBINARY(64),
  app_hash VARBINARY(64),
  time DATETIME(6),
  time_seconds BIGINT,
  time_nanos INT,
  tx_count INT UNSIGNED NOT NULL,
  batch_crc INT UNSIGNED NOT NULL,
  complete TINYINT(1) NOT NULL,
  crc INT UNSIGNED NOT NULL,
  PRIMARY KEY (part, height),
  KEY time (time)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS {blocks} (
  height BIGINT NOT NULL,
  hash VARBINARY(64),
  time DATETIME(6),
  time_seconds BIGINT,
  time_nanos INT,
  proposer_address VARBINARY(64),
  next_validators_hash VARBINARY(64),
  tx_count INT UNSIGNED NOT NULL,
  app_hash VARBINARY(64),
  last_commit LONGBLOB,
  misbehavior LONGBLOB,
  complete TINYINT(1) NOT NULL,
  crc INT UNSIGNED NOT NULL,
  PRIMARY KEY (height),
  KEY time (time)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS {transactions} (
  height BIGINT NOT NULL,
  tx_index INT UNSIGNED NOT NULL,
  hash BINARY(32) NOT NULL,
  tx LONGBLOB NOT NULL,
  crc INT UNSIGNED NOT NULL,
  PRIMARY KEY (height, tx_index),
  KEY hash (hash)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS {locations} (
  shard CHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  hash BINARY(32) NOT NULL,
  height BIGINT NOT NULL,
  tx_index INT UNSIGNED NOT NULL,
  success TINYINT(1) NOT NULL,
  crc INT UNSIGNED NOT NULL,
  PRIMARY KEY (hash),
  KEY height (height)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS {tx_results} (
  height BIGINT NOT NULL,
  tx_index INT UNSIGNED NOT NULL,
  hash BINARY(32) NOT NULL,
  code INT UNSIGNED NOT NULL,
  data LONGBLOB,
  log LONGTEXT,
  info LONGTEXT,
  gas_wanted BIGINT NOT NULL,
  gas_used BIGINT NOT NULL,
  codespace VARCHAR(255),
  events INT UNSIGNED NOT NULL,
  log_crc INT UNSIGNED NOT NULL,
  crc INT UNSIGNED NOT NULL,
  PRIMARY KEY (height, tx_index),
  KEY hash (hash)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS {logs} (
  height BIGINT NOT NULL,
  tx_index INT UNSIGNED NOT NULL,
  event_index INT UNSIGNED NOT NULL,
  type VARCHAR(255) NOT NULL,
  PRIMARY KEY (height, tx_index, event_index),
  KEY type (type, height)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS {attributes} (
  height BIGINT NOT NULL,
  tx_index INT UNSIGNED NOT NULL,
  event_index INT UNSIGNED NOT NULL,
  attr_index INT UNSIGNED NOT NULL,
  name VARCHAR(255) NOT NULL,
  composite_key VARCHAR(512) NOT NULL,
  value LONGTEXT,
  indexed TINYINT(1) NOT NULL,
  PRIMARY KEY (height, tx_index, event_index, attr_index),
  KEY composite_key (composite_key(128), value(128))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS {state} (
  shard CHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state_key VARBINARY(1280) NOT NULL,
  height BIGINT NOT NULL,
  value LONGBLOB,
  crc INT UNSIGNED NOT NULL,
  PRIMARY KEY (state_key),
  KEY height (height)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS {state_history} (
  shard CHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state_key VARBINARY(1280) NOT NULL,
  from_height BIGINT NOT NULL,
  until_height BIGINT NOT NULL,
  value LONGBLOB,
  crc INT UNSIGNED NOT NULL,
  PRIMARY KEY (state_key, until_height),
  KEY until_height (until_height)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS {history} (
  height BIGINT NOT NULL,
  first BIGINT,
  commitment_floor BIGINT,
  names LONGBLOB,
  crc INT UNSIGNED NOT NULL,
  PRIMARY KEY (height)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS {commitments} (
  height BIGINT NOT NULL,
  delta LONGBLOB,
  crc INT UNSIGNED NOT NULL,
  PRIMARY KEY (height)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE IF NOT EXISTS {meta} (
  shard CHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name VARCHAR(255) NOT NULL,
  value LONGBLOB,
  crc INT UNSIGNED NOT NULL,
  PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
