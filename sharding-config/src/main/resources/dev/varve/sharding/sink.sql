-- Views with the names and columns of CometBFT's psql event sink. A name in braces stands for all
-- rows of a table. Beside the events of the application there are those that the sink itself adds:
-- block.height for each block, tx.hash and tx.height for each transaction. Only attributes marked
-- for indexing are shown, and no events without a type, as there.
--
-- Row ids: a block's is its height, a transaction's is height * 2^24 + index. An event's is its
-- transaction's * 2^32 + position (0 and 1 for tx.hash and tx.height), and minus the height for
-- block.height: wider than BIGINT, so DECIMAL.

CREATE OR REPLACE VIEW {sink}.blocks AS
SELECT h.height AS rowid, h.height AS height, o.chain_id AS chain_id, h.time AS created_at
FROM {heights} h JOIN {home} o ON o.part = h.part;

CREATE OR REPLACE VIEW {sink}.tx_results AS
SELECT r.height * 16777216 + r.tx_index AS rowid, r.height AS block_id, r.tx_index AS `index`,
  h.time AS created_at, HEX(r.hash) AS tx_hash, CAST(NULL AS BINARY) AS tx_result
FROM {tx_results} r JOIN {heights} h ON h.height = r.height AND h.part = 0;

CREATE OR REPLACE VIEW {sink}.events AS
SELECT CAST(-h.height AS DECIMAL(38, 0)) AS rowid, h.height AS block_id, NULL AS tx_id,
  'block' AS type
FROM {heights} h
UNION ALL
SELECT CAST(r.height * 16777216 + r.tx_index AS DECIMAL(38, 0)) * 4294967296, r.height,
  r.height * 16777216 + r.tx_index, 'tx'
FROM {tx_results} r
UNION ALL
SELECT CAST(r.height * 16777216 + r.tx_index AS DECIMAL(38, 0)) * 4294967296 + 1, r.height,
  r.height * 16777216 + r.tx_index, 'tx'
FROM {tx_results} r
UNION ALL
SELECT CAST(l.height * 16777216 + l.tx_index AS DECIMAL(38, 0)) * 4294967296 + l.event_index + 2,
  l.height, l.height * 16777216 + l.tx_index, l.type
FROM {logs} l WHERE l.type <> '';

CREATE OR REPLACE VIEW {sink}.attributes AS
SELECT CAST(-h.height AS DECIMAL(38, 0)) AS event_id, 'height' AS `key`,
  'block.height' AS composite_key, CAST(h.height AS CHAR) AS value
FROM {heights} h
UNION ALL
SELECT CAST(r.height * 16777216 + r.tx_index AS DECIMAL(38, 0)) * 4294967296, 'hash', 'tx.hash',
  HEX(r.hash)
FROM {tx_results} r
UNION ALL
SELECT CAST(r.height * 16777216 + r.tx_index AS DECIMAL(38, 0)) * 4294967296 + 1, 'height',
  'tx.height', CAST(r.height AS CHAR)
FROM {tx_results} r
UNION ALL
SELECT CAST(a.height * 16777216 + a.tx_index AS DECIMAL(38, 0)) * 4294967296 + a.event_index + 2,
  a.name, a.composite_key, a.value
FROM {attributes} a WHERE a.indexed = 1;

CREATE OR REPLACE VIEW {sink}.event_attributes AS
SELECT h.height AS block_id, NULL AS tx_id, 'block' AS type, 'height' AS `key`,
  'block.height' AS composite_key, CAST(h.height AS CHAR) AS value
FROM {heights} h
UNION ALL
SELECT r.height, r.height * 16777216 + r.tx_index, 'tx', 'hash', 'tx.hash', HEX(r.hash)
FROM {tx_results} r
UNION ALL
SELECT r.height, r.height * 16777216 + r.tx_index, 'tx', 'height', 'tx.height',
  CAST(r.height AS CHAR)
FROM {tx_results} r
UNION ALL
SELECT l.height, l.height * 16777216 + l.tx_index, l.type, a.name, a.composite_key, a.value
FROM {logs} l LEFT JOIN {attributes} a
  ON a.height = l.height AND a.tx_index = l.tx_index AND a.event_index = l.event_index
  AND a.indexed = 1
WHERE l.type <> '';

CREATE OR REPLACE VIEW {sink}.block_events AS
SELECT h.height AS block_id, h.height AS height, o.chain_id AS chain_id, 'block' AS type,
  'height' AS `key`, 'block.height' AS composite_key, CAST(h.height AS CHAR) AS value
FROM {heights} h JOIN {home} o ON o.part = h.part;

CREATE OR REPLACE VIEW {sink}.tx_events AS
SELECT r.height AS height, r.tx_index AS `index`, o.chain_id AS chain_id, 'tx' AS type,
  'hash' AS `key`, 'tx.hash' AS composite_key, HEX(r.hash) AS value, h.time AS created_at
FROM {tx_results} r JOIN {heights} h ON h.height = r.height AND h.part = 0
  JOIN {home} o ON o.part = 0
UNION ALL
SELECT r.height, r.tx_index, o.chain_id, 'tx', 'height', 'tx.height', CAST(r.height AS CHAR),
  h.time
FROM {tx_results} r JOIN {heights} h ON h.height = r.height AND h.part = 0
  JOIN {home} o ON o.part = 0
UNION ALL
SELECT l.height, l.tx_index, o.chain_id, l.type, a.name, a.composite_key, a.value, h.time
FROM {logs} l JOIN {heights} h ON h.height = l.height AND h.part = 0
  JOIN {home} o ON o.part = 0
  LEFT JOIN {attributes} a
  ON a.height = l.height AND a.tx_index = l.tx_index AND a.event_index = l.event_index
  AND a.indexed = 1
WHERE l.type <> '';
