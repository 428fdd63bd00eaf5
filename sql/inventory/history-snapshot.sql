-- Keeps history where there are only lists of today: takes the asset list as it is now into address_history.  Run it once a
-- day, or after every export of the list.
--
--   ASSETS   the CSV file, in the environment: see load-assets.sql, which this reads it with
--   @at      the time that the list is of, UTC text or Unix seconds; NULL: now
--
--   ASSETS=assets.csv sqlite3 -cmd '.load ./build/flowlogs' my.db '.read sql/inventory/history-snapshot.sql'
--
-- An address that is new gets a row that is valid from @at; one that has vanished is closed at @at; one whose name or owner
-- has changed is closed and opened; all others stay as they are.  The same list again changes nothing.  Rows of prefixes are
-- left alone, since an asset list has none.  A list older than what is there already is an error.
.read sql/inventory/load-assets.sql
INSERT OR IGNORE INTO temp.sqlite_parameters VALUES ('@at', NULL);
INSERT OR REPLACE INTO temp.sqlite_parameters
  SELECT '@snapshot', iif(value IS NULL, datetime('now'), datetime(value, 'auto')) FROM temp.sqlite_parameters WHERE key = '@at';

BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS address_history (
  id INTEGER PRIMARY KEY, cidr TEXT NOT NULL, name TEXT NOT NULL, owner TEXT,
  valid_from TEXT NOT NULL,             -- UTC
  valid_to TEXT,                        -- the first second after; NULL: still
  UNIQUE (cidr, valid_from));
DROP TABLE IF EXISTS temp.snapshot_must;
CREATE TEMP TABLE snapshot_must (
  at CONSTRAINT "flowlogs: @at is no time: .parameter set @at ""'2026-03-09'""" CHECK (ifnull(at > '2000', 0)),
  newer CONSTRAINT "flowlogs: address_history has rows that are newer than @at" CHECK (newer = 0));
INSERT OR ROLLBACK INTO snapshot_must
  SELECT @snapshot, count(*) FROM address_history WHERE valid_from > @snapshot OR valid_to > @snapshot;

DROP TABLE IF EXISTS temp.snapshot;
CREATE TEMP TABLE snapshot AS SELECT ip_prefix(ip, iif(ip_family(ip) = 4, 32, 128)) AS cidr, name, owner FROM assets;
CREATE INDEX temp.snapshot_cidr ON snapshot (cidr);
DROP TABLE IF EXISTS temp.snapshot_done;
CREATE TEMP TABLE snapshot_done AS
  SELECT h.id AS closed, h.valid_from FROM address_history h
   WHERE h.valid_to IS NULL AND (h.cidr LIKE '%.%/32' OR h.cidr LIKE '%:%/128')
     AND NOT EXISTS (SELECT 1 FROM snapshot s WHERE s.cidr = h.cidr AND s.name = h.name AND s.owner IS h.owner);
DELETE FROM address_history WHERE id IN (SELECT closed FROM snapshot_done WHERE valid_from = @snapshot);
UPDATE address_history SET valid_to = @snapshot WHERE id IN (SELECT closed FROM snapshot_done);
INSERT INTO address_history (cidr, name, owner, valid_from)
  SELECT cidr, name, owner, @snapshot FROM snapshot s
   WHERE NOT EXISTS (SELECT 1 FROM address_history h WHERE h.cidr = s.cidr AND h.valid_to IS NULL);
SELECT changes() AS opened, (SELECT count(*) FROM snapshot_done) AS closed, count(*) AS open_now
  FROM address_history WHERE valid_to IS NULL;
COMMIT;
